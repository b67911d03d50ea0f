"""The places of the letters of a case, from which their numbers (文号) are made."""

from __future__ import annotations

from collections.abc import Sequence

from ckanext.nxopendata.cases.definitions.kind import Kind
from ckanext.nxopendata.cases.models import Event
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE


def number_letters(events: Sequence[Event], kind: Kind) -> list[int]:
    """Return which letter of the case each event has, from 1; 0 for none.

    An event keeps the place that it was given (``detail``), so that a letter has its number for good, whatever the
    definition of the kind says later. What was taken before places were kept is counted by the steps that have letters.

    Args:
        events: all of the case, the oldest first.
    """
    steps = {step.action: step for step in kind.steps}
    places: list[int] = []
    for event in events:
        step = steps.get(event.action) if event.target else None
        has_letter = step is not None and step.letter is not None and event.role in (EDITOR, HEAD, OFFICE)
        kept = (event.detail or {}).get("letter") or 0
        places.append(kept or (max(places, default=0) + 1 if has_letter else 0))
    return places
