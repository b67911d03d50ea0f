"""Which systems merge into which big system (分工方案二（四）): before -> after. Plain module."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ckanext.nxopendata.catalogue.schema.filing_rules import title_key
from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.register.systems import record
from ckanext.nxopendata.register.systems.record import System

PLANNED = "planned:"
"""What the id of a big system begins with that is not in the register yet."""


@dataclass(frozen=True, slots=True)
class Merger:
    """A big system and what it takes up.

    Attributes:
        target: the big system; its ``id`` begins with :data:`PLANNED` while it has no entry of its own.
        parts: the systems that merge into it, the target itself not among them.
        datasets: names of the catalogue's datasets that come along, the target's own first.
    """

    target: System
    parts: tuple[System, ...]
    datasets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The systems of one department before and after: mergers, those kept as they are, those cleared away, and those
    that are to merge while nobody said into what."""

    department: str
    owner_org: str
    mergers: tuple[Merger, ...]
    kept: tuple[System, ...]
    cleared: tuple[System, ...]
    undecided: tuple[System, ...]

    @property
    def before(self) -> int:
        """How many systems there are."""
        return sum(len(m.parts) + (not m.target.id.startswith(PLANNED)) for m in self.mergers) + len(
            self.kept + self.cleared + self.undecided
        )

    @property
    def after(self) -> int:
        """How many there will be; the undecided ones still count."""
        return len(self.mergers) + len(self.kept) + len(self.undecided)


def pictures(systems: Iterable[System]) -> list[Picture]:
    """Before and after for each department, in the order of their titles."""
    by_department: dict[str, list[System]] = {}
    for system in systems:
        if system.state == record.ACTIVE:
            by_department.setdefault(system.owner_org, []).append(system)
    found = [_picture(sorted(rows, key=record.sort_key)) for rows in by_department.values()]
    return sorted(found, key=lambda picture: (picture.department, picture.owner_org))


def _picture(systems: Sequence[System]) -> Picture:
    known = {title_key(system.title): system for system in systems}
    joining = [system for system in systems if system.plan == record.MERGE and system.merged_into]
    groups: dict[str, list[System]] = {}
    for system in joining:
        groups.setdefault(title_key(system.merged_into), []).append(system)
    mergers = tuple(_merger(known.get(key), parts) for key, parts in groups.items())
    taken = {merger.target.id for merger in mergers} | {part.id for merger in mergers for part in merger.parts}
    rest = [system for system in systems if system.id not in taken]
    return Picture(
        systems[0].department,
        systems[0].owner_org,
        mergers,
        tuple(system for system in rest if system.plan == record.KEEP),
        tuple(system for system in rest if system.plan == record.CLEAR),
        tuple(system for system in rest if system.plan == record.MERGE),
    )


def _merger(target: System | None, parts: Sequence[System]) -> Merger:
    parts = [part for part in parts if target is None or part.id != target.id]
    if target is None:
        target = _planned(parts)
    datasets = dict.fromkeys([*target.datasets, *(name for part in parts for name in part.datasets)])
    return Merger(target, tuple(parts), tuple(datasets))


def _planned(parts: Sequence[System]) -> System:
    """A big system that has no entry yet, by what its parts say."""
    first = parts[0]
    order = list(codelists.load("use_frequency"))
    used = [part.frequency for part in parts if part.frequency in order]
    scopes = dict.fromkeys(part.scope for part in parts if part.scope)
    return replace(
        System(PLANNED + first.merged_into, "", first.merged_into, first.owner_org, first.department),
        function="整合：" + "、".join(part.title for part in parts),
        scope="、".join(scopes),
        frequency=min(used, key=order.index) if used else "",
        order=first.order,
        plan=record.KEEP,
    )


def after(systems: Iterable[System]) -> list[System]:
    """The systems that are left when the plan is carried out, as table 2 lists them: the big ones, those that are
    kept, and those whose big system nobody has named yet."""
    found: list[System] = []
    for picture in pictures(systems):
        found += [merger.target for merger in picture.mergers]
        found += [*picture.kept, *picture.undecided]
    return sorted(found, key=record.sort_key)
