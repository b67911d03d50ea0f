"""Speaking the language of the site where nobody asks: in jobs, in commands, in what is kept for later readers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import ckan.plugins.toolkit as tk
from ckan.lib import helpers
from flask_babel import force_locale


@contextlib.contextmanager
def of_the_site() -> Iterator[None]:
    """Texts are translated to the default language of the site, whoever asks; outside of requests too, where
    CKAN's own translation falls silent.
    """
    context = helpers._get_auto_flask_context()
    with contextlib.ExitStack() as stack:
        if context is not None:
            context.push()
            stack.callback(context.pop)
        stack.enter_context(force_locale(tk.config["ckan.locale_default"]))
        yield
