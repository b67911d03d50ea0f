"""What the examination of one file may cost; a file that costs more is not readable, never clean."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


class BudgetError(Exception):
    """A limit was reached; the message is its code.

    ``bytes``, ``cells``, ``depth``, ``seconds``, ``ratio`` or ``members``.
    """


@dataclass
class Budget:
    """Limits, and what is left of them.

    Attributes:
        bytes: of content, unpacked.
        cells: of tables.
        depth: of containers in containers.
        seconds: of computing by the thread that reads: a busy machine makes no file unreadable.
        members: of archives.
        ratio: of unpacked to packed bytes of one member above 1 MB.
    """

    bytes: int = 2 * 1024**3
    cells: int = 60_000_000
    depth: int = 3
    seconds: float = 240
    members: int = 20_000
    ratio: int = 300
    began: float = field(default_factory=time.thread_time)
    used_bytes: int = 0

    def spend_bytes(self, number: int) -> None:
        """Count bytes that were unpacked or read."""
        self.used_bytes += number
        if self.used_bytes > self.bytes:
            raise BudgetError("bytes")
        self.check_time()

    def spend_cells(self, number: int) -> None:
        """Count cells."""
        self.cells -= number
        if self.cells < 0:
            raise BudgetError("cells")

    def spend_member(self) -> None:
        """Count a member of an archive."""
        self.members -= 1
        if self.members < 0:
            raise BudgetError("members")
        self.check_time()

    def check_time(self) -> None:
        """Stop when the time is over."""
        if time.thread_time() - self.began > self.seconds:
            raise BudgetError("seconds")
