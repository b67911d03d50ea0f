"""What CKAN does only when the first readers come, done before them."""

from __future__ import annotations

import fcntl
import logging
import threading
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.lib import i18n, webassets_tools

log = logging.getLogger(__name__)

_one_thread = threading.Lock()
_ready: list[Any] = []
"""The set of bundles whose files are there; the last one, as a test may load the site anew."""


def prepare_for_first_reader() -> None:
    """CKAN fills its lists of languages, actions and rights while it answers. Of two first readers at once the second
    finds them half full: languages are then offered twice by every page of the process, and actions and rights are
    refused as unknown or are CKAN's own, without what plugins chain to them."""
    i18n.get_available_locales()
    i18n.get_locales_dict()
    tk.get_action("package_show")
    authz.auth_functions_list()


def prepare_for_first_page() -> None:
    """Make the style sheets and scripts of all pages, unless this process has; called before each page.

    CKAN lets webassets make a file when the first page wants it. Of readers who come together one finds it half made,
    and gets an error. Here one process makes them after the other; then no page looks any more whether they are new.
    Not at the start: a command that an administrator runs would leave files that the site may not replace.
    """
    bundles = webassets_tools.env
    if bundles in _ready or bundles.debug or tk.config["debug"]:
        return
    with _one_thread:
        if bundles in _ready:
            return
        try:
            folder = Path(bundles.directory)
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / ".nx-building").open("w")
        except OSError as error:
            log.error("style sheets and scripts cannot be made in %s: %s", bundles.directory, error)
        else:
            with lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                for bundle in bundles:
                    _build(bundle)
        _ready[:] = [bundles]


def _build(bundle: Any) -> None:
    try:
        bundle.urls()
    except Exception:  # of whatever plugin it is, the other pages go on
        log.exception("%s cannot be made", bundle.output)
    else:
        bundle.config["auto_build"] = False
