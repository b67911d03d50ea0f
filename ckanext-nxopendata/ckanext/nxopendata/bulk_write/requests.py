"""What the bulk writer is asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Build = Callable[[Json | None], Json | None]


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """A dataset to write.

    Attributes:
        build: gives the whole dataset to write, from what it is now (``package_show``) or from None when it is not
            there; None leaves it as it is.
        dataset_id: the id it has or, where the user may choose ids, is to have; None: a new one.
    """

    build: Build
    dataset_id: str | None = None


@dataclass(slots=True)
class WriteResult:
    """What became of a request.

    Attributes:
        state: ``written`` (also when the dataset says so already), ``refused`` by validation, ``skipped`` because there
            was nothing to write, or ``by_action``: not written, the caller calls ``package_update`` for it
            (:meth:`.interfaces.IBulkWriter.updates_by_action`).
        dataset_id: of the dataset, "" when none was made.
        shown: the dataset as ``package_show`` gives it now; empty if not written.
        before: the dataset as it was; None when there was none.
        errors: CKAN's tree of messages, of a refused one.
        changed: whether anything was written at all.
    """

    state: Literal["written", "refused", "skipped", "by_action"]
    dataset_id: str = ""
    shown: Json = field(default_factory=dict)
    before: Json | None = None
    errors: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = True
