"""The base of the errors that say what happened by a code, and carry what the sentence about it names.

The sentence that a person reads is made at the edge, by the room that knows the codes, in the language of the reader.
"""

from __future__ import annotations

from typing import Any


class CodedError(Exception):
    """What happened, by a stable code.

    Attributes:
        code: a key of the room's messages.
        params: what the message names: an address, a limit, a position.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({facts})" if facts else self.code
