"""How many datasets a run may withdraw by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WithdrawalLimit:
    """How many withdrawals a run may do by itself: no more than ``share`` of what is present, nor ``number``."""

    share: float = 0.10
    number: int = 20

    def is_exceeded(self, withdrawals: int, present: int) -> bool:
        """Tell whether so many withdrawals wait for a person.

        Args:
            present: Datasets of the source that are public before the run.
        """
        return withdrawals > self.number or withdrawals > self.share * present
