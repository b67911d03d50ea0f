"""What a code of an error says to people: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk


def gettext_noop(text: str) -> str:
    """Mark a text for translation; import it as ``_``. The text is translated when it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a room.

    Attributes:
        texts: Code -> what happened, what to do ("" for nothing). ``{names}`` are the parameters of the error.
    """

    texts: Mapping[str, tuple[str, str]]

    def sentence(self, code: str, params: Mapping[str, Any]) -> str:
        """Say what happened, in the reader's language."""
        return _translate(self.texts.get(code, (code, ""))[0], params)

    def remedy(self, code: str, params: Mapping[str, Any]) -> str:
        """Say what to do about it, in the reader's language; "" when there is nothing to do."""
        return _translate(self.texts.get(code, (code, ""))[1], params)


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def fill(text: str, params: Mapping[str, Any]) -> str:
    """Return a text with its parameters; "?" stands for those that are not known."""
    return text.format_map(_Forgiving(params))


def _translate(text: str, params: Mapping[str, Any]) -> str:
    return fill(tk._(text), params) if text else ""
