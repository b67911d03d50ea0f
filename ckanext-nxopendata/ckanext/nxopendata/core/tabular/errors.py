"""Why a file cannot be read."""

from __future__ import annotations

from ckanext.nxopendata.core.errors import CodedError


class UnreadableError(CodedError):
    """The file cannot be read.

    Attributes:
        code: ``format``, ``broken``, ``password``, ``encoding``, ``empty``, ``too_large``, ``too_many_cells``,
            ``too_many_rows``, ``too_many_columns``, ``costly`` (reading went over the limits of its process),
            ``web_page`` (a page of a site, not the file), ``other_kind`` (``reason``: what it is), ``broken_json``
            (``line``), ``several_files`` (``reason``: how many) or ``plan`` (the file is not as its plan says).
        params: what a message may name: ``reason`` (what is wrong, or the limit with its unit) and others of a code.
    """

    @property
    def reason(self) -> str:
        """What is wrong, or the limit with its unit; "" where nothing more is known."""
        return str(self.params.get("reason", ""))


def megabytes(size: int) -> str:
    """A limit in bytes as messages name it.

    >>> megabytes(4 * 1024**3)
    '4,096 MB'
    """
    return f"{size // 1024 // 1024:,} MB"
