"""The answers to a question: candidates of the index, their rows, and who may see them at this moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import event
from sqlalchemy.orm import aliased

from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.core.tabular.profile import roles
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables import query, table_lookup
from ckanext.nxopendata.tables.answers import figures, index, labels, periods, terms
from ckanext.nxopendata.tables.answers.figures import Facts, Figure
from ckanext.nxopendata.tables.answers.models import Value
from ckanext.nxopendata.tables.answers.question import Ask
from ckanext.nxopendata.tables.page.column_units import find_unit
from ckanext.nxopendata.tables.query import Condition, QueryTimeoutError, Question, QuestionError

MOST_CANDIDATES = 24
"""Columns whose rows are read for one question."""

MOST_ROWS = 60
"""Rows of a place in one table; where there are more, none is *the* row of the place."""

MOST_ANSWERS = 6
MOST_HITS = 5
SHORTEST_PART = 2
"""Characters of a text that is looked for inside values."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure, and the table that has it.

    Attributes:
        copies: other tables that have the same figure.
    """

    figure: Figure
    resource_id: str
    dataset_id: str
    copies: tuple[str, ...] = ()


@dataclass(slots=True)
class Answers:
    """What was found.

    Attributes:
        claims: certain answers; rows: rows that may help.
        wider: figures of the city or the region that a place lies in, where the place itself has none.
        indicators: names of what there is of the place, where what was asked for is not.
    """

    claims: list[Finding] = field(default_factory=list)
    rows: list[Finding] = field(default_factory=list)
    wider: list[Finding] = field(default_factory=list)
    indicators: list[str] = field(default_factory=list)


@contextmanager
def hold_objects() -> Iterator[None]:
    """Keep what the database gave while an answer is made.

    A session forgets what nobody holds, and would read the same rows of datasets and files for each table again.
    """
    held: list[Any] = []
    session = model.Session()

    def hold(_session: Any, instance: Any) -> None:
        held.append(instance)

    event.listen(session, "loaded_as_persistent", hold)
    try:
        yield
    finally:
        event.remove(session, "loaded_as_persistent", hold)


def find_answers(ask: Ask) -> Answers:
    """Return the answers to a question, of tables that everybody may read now."""
    reader = TableReader()
    places = ask.places or ((gazetteer.REGION,) if ask.key else ())
    answers = Answers()
    for place in places:
        found = _find_of_place(reader, ask, place)
        answers.claims += [finding for finding in found if finding.figure.certain]
        answers.rows += [finding for finding in found if not finding.figure.certain]
        if not found and ask.key:
            answers.wider += _find_wider(reader, ask, place)
        if not found and ask.key and ask.places:
            answers.indicators += [name for name in reader.list_indicators(place) if name not in answers.indicators]
    answers.claims = answers.claims[: MOST_ANSWERS * max(len(places), 1)]
    if answers.claims:  # who has the number needs no rows, but where tables differ
        answers.rows = [finding for finding in answers.rows if finding.figure.doubt == "conflict"]
    answers.rows = _choose_rows(answers.rows)
    if not answers.claims and len(ask.text) >= SHORTEST_PART and (ask.key or not ask.places):
        answers.rows += reader.find_hits(ask.text)
    if answers.rows:
        answers.indicators = []
    return answers


def _choose_rows(findings: Sequence[Finding]) -> list[Finding]:
    """One row of a table, that nearest to an answer."""
    by_table: dict[str, Finding] = {}
    for finding in findings:
        by_table.setdefault(finding.resource_id, finding)
    return list(by_table.values())[:MOST_HITS]


def _find_of_place(reader: TableReader, ask: Ask, place: str) -> list[Finding]:
    if ask.key:
        found = reader.read_candidates(place, terms.widen_key(ask.key), ask.period)
    else:
        known = [f"{{{name}}}" for name in terms.load_terms()]
        found = [finding for finding in reader.read_candidates(place, known, ask.period) if finding.figure.certain]
    return _merge(found, ask.key, ask.period)


def _find_wider(reader: TableReader, ask: Ask, place: str) -> list[Finding]:
    parent = gazetteer.parent_of(place)
    while parent:
        found = [finding for finding in _find_of_place(reader, ask, parent) if finding.figure.certain]
        if found:
            return found[:2]
        parent = gazetteer.parent_of(parent)
    return []


def _keep_newest(findings: Sequence[Finding]) -> list[Finding]:
    """Of each thing the newest certain figure, and what is not certain."""
    newest: dict[str, str] = {}
    for finding in findings:
        if finding.figure.certain:
            newest.setdefault(finding.figure.key, finding.figure.period)
    return [
        finding
        for finding in findings
        if not finding.figure.certain or finding.figure.period == newest[finding.figure.key]
    ]


def _merge(findings: Sequence[Finding], key: str, asked: str) -> list[Finding]:
    """Each figure once, with the tables that have it too; first what has the name that was asked for."""
    marked = figures.mark_conflicts([finding.figure for finding in findings])
    merged: dict[tuple[Any, ...], Finding] = {}
    pairs = sorted(zip(findings, marked, strict=True), key=lambda pair: -len(pair[1].period))
    for finding, figure in pairs:
        identity = (figure.place, figure.key, str(figure.value), figure.unit, figure.certain)
        # 2020 and 2020-11-01 are one time where the number is the same; the more exact stands first.
        same = next((one for one in merged if one[:5] == identity and one[5].startswith(figure.period)), None)
        if same is None:
            merged[*identity, figure.period] = Finding(figure, finding.resource_id, finding.dataset_id)
            continue
        first = merged[same]
        copies = (*first.copies, finding.resource_id)
        merged[same] = Finding(first.figure, first.resource_id, first.dataset_id, copies)
    order = {f"{{{name}}}": number for number, name in enumerate(terms.load_terms())}
    found = list(merged.values())
    found.sort(key=lambda finding: finding.figure.period, reverse=True)
    if not asked:
        found = _keep_newest(found)
    found.sort(
        key=lambda finding: (not finding.figure.certain, finding.figure.key != key, order.get(finding.figure.key, 999))
    )
    return found


class TableReader:
    """Reads the tables that everybody may read now; what is known of a table is asked once."""

    def __init__(self) -> None:
        self._facts: dict[str, Facts | None] = {}
        self._held: list[Any] = []

    def read_candidates(self, place: str, keys: Sequence[str], asked: str) -> list[Finding]:
        """Return the figures of a place for some keys."""
        findings: list[Finding] = []
        candidates = list_candidates(place, keys)
        self.read_ahead(candidate.resource_id for candidate in candidates)
        cells = _list_place_cells(place, {candidate.resource_id for candidate in candidates})
        for candidate in candidates:
            facts = self.get_facts(candidate.resource_id)
            # The whole table, or the column, is of the place; or else the rows in which a cell names it.
            cell = None if candidate.place == place else cells.get(candidate.resource_id)
            if facts is not None and (cell or candidate.place == place):
                findings += self._read_figures(candidate, facts, place, asked, cell)
        return findings

    def read_ahead(self, resource_ids: Iterable[str]) -> None:
        """Learn of several tables at once what :meth:`get_facts` gives of each, with as many queries as for one."""
        new = list(dict.fromkeys(id_ for id_ in resource_ids if id_ not in self._facts))
        public = index.select_public(new) if new else set()
        self._facts |= dict.fromkeys(new)
        if not public:
            return
        known = states.list_states(public)
        packages = sa.select(model.Package).where(model.Package.id.in_({state.dataset_id for state in known.values()}))
        # The session forgets what nobody holds, and would read each state again for the rows of its table.
        self._held += [*known.values(), *states.list_profiles(known.values()), *model.Session.scalars(packages)]
        self._facts |= {resource_id: self._make_facts(state) for resource_id, state in known.items()}

    def _read_figures(
        self, candidate: Any, facts: Facts, place: str, asked: str, cell: Condition | None
    ) -> Iterator[Finding]:
        state, found = states.get_state(candidate.resource_id), find_amount(candidate, facts)
        if state is None or found is None:
            return
        indicator, amount = found
        conditions = [Condition(indicator[0], "is", indicator[1])] if indicator[0] else []
        rows = self.read_rows(candidate.resource_id, [*conditions, *([cell] if cell else [])])
        for figure in figures.read_figures(facts, rows, place, candidate.key, indicator, amount, asked):
            yield Finding(figure, candidate.resource_id, state.dataset_id)

    def read_rows(self, resource_id: str, conditions: list[Condition], most: int = MOST_ROWS) -> list[dict[str, Any]]:
        """Return the rows for which some conditions hold; none where they are more than ``most``."""
        columns = table_lookup.list_columns(resource_id)
        source = table_lookup.make_source(resource_id, columns)
        try:
            total, rows = query.read_page(source, Question(conditions=tuple(conditions)), most, 0)
        except (QuestionError, QueryTimeoutError):
            return []
        if total > most:
            return []
        return [dict(zip(source.types, row, strict=True)) for row in rows]

    def get_facts(self, resource_id: str) -> Facts | None:
        """Return what is known of a table that everybody may read now; None for another."""
        self.read_ahead([resource_id])
        return self._facts[resource_id]

    def _make_facts(self, state: states.State) -> Facts | None:
        profile, package = states.get_profile(state), model.Package.get(state.dataset_id)
        if profile is None or package is None:
            return None
        title = str(package.title or "")
        notes = {column["id"]: str(column.get("notes") or "") for column in state.columns}
        above = [" ".join(row["cells"]) for row in state.around.get("set_aside") or () if row["reason"] == "above"]
        units = {
            column["id"]: find_unit(column, notes.get(column["id"], ""), above)
            for column in profile.columns
            if column["role"] == "measure"
        }
        period = periods.of_dataset(package.extras or {}, title)
        return Facts(profile.columns, period, title, units, labels.read_labels(profile.columns, title))

    def list_indicators(self, place: str) -> list[str]:
        """Return the names of what public tables have of a place."""
        found: set[str] = set()
        candidates = list_candidates(place, None)
        self.read_ahead(candidate.resource_id for candidate in candidates)
        for candidate in candidates:
            term = terms.term_of(candidate.key)
            if term is not None and term.id not in found and self.get_facts(candidate.resource_id) is not None:
                found.add(term.id)
        return [term.zh[0] for name, term in terms.load_terms().items() if name in found][:MOST_ANSWERS]

    def find_hits(self, text: str) -> list[Finding]:
        """Return rows of which a value has a text in it."""
        findings = []
        hits = _leave_out_titles(_list_hits(text))
        self.read_ahead(hit.resource_id for hit in hits)
        for hit in hits:
            facts = self.get_facts(hit.resource_id)
            state = states.get_state(hit.resource_id)
            if facts is None or state is None:
                continue
            condition = Condition(hit.column_id, "is", hit.value)
            for row in self.read_rows(hit.resource_id, [condition])[:1]:
                figure = Figure("", hit.value, "", conditions=(condition,), row=row)
                findings.append(Finding(figure, hit.resource_id, state.dataset_id))
        unique: dict[str, Finding] = {}
        for finding in findings:
            unique.setdefault(finding.figure.indicator + finding.dataset_id, finding)
        return list(unique.values())[:MOST_HITS]


def _leave_out_titles(hits: Sequence[Any]) -> list[Any]:
    """Leave out values that are titles of datasets: the search finds the dataset itself."""
    package = model.Package
    named = package.title.in_({hit.value for hit in hits})
    query = sa.select(package.title).where(named, package.state == model.State.ACTIVE, package.private.is_(False))
    titles = set(model.Session.scalars(query)) if hits else set()
    return [hit for hit in hits if hit.value not in titles]


def _label(facts: Facts, id_: str) -> str:
    return next((str(column["label"]) for column in facts.columns if column["id"] == id_), "")


def find_amount(candidate: Any, facts: Facts) -> tuple[tuple[str, str], str] | None:
    """Return where the numbers of a candidate stand: the column and name of its indicator, and the column of numbers.

    Returns:
        None where it cannot be said.
    """
    if candidate.role == "measure":
        # One column of numbers of several indicators: its own name is of none of them.
        named = any(not roles.UNIT.search(_label(facts, column)) for column in facts.list_ids("indicator"))
        return None if named else (("", ""), candidate.column_id)
    # Beside the numbers of indicators there may be shares of them; those have names of their own.
    amounts = [one for one in facts.list_ids("measure") if not labels.OF_SOMETHING.search(_label(facts, one))]
    return ((candidate.column_id, candidate.value), amounts[0]) if len(amounts) == 1 else None


def _list_place_cells(place: str, resource_ids: Collection[str]) -> dict[str, Condition]:
    """Return table -> the condition on the cell that names a place, of several that of the fewest rows."""
    statement = (
        sa.select(Value.resource_id, Value.column_id, Value.value)
        .where(Value.resource_id.in_(resource_ids), Value.place == place, Value.role == "place")
        .order_by(Value.rows, Value.id)
    )
    found: dict[str, Condition] = {}
    for resource_id, column_id, value in model.Session.execute(statement) if resource_ids else ():
        found.setdefault(resource_id, Condition(column_id, "is", value))
    return found


def list_candidates(place: str, keys: Iterable[str] | None, most: int = MOST_CANDIDATES) -> list[Any]:
    """Return columns of numbers and indicators of tables in which a place stands, those loaded last first."""
    rows = aliased(Value)
    of_place = sa.exists().where(rows.resource_id == Value.resource_id, rows.place == place, rows.role == "place")
    statement = sa.select(Value).where(
        Value.role.in_(("measure", "indicator")),
        Value.key != "",
        sa.or_(Value.place == place, sa.and_(Value.place == "", of_place)),
    )
    if keys is not None:
        statement = statement.where(Value.key.in_(list(keys)))
    state = states.State
    statement = statement.join(state, state.resource_id == Value.resource_id).order_by(state.changed.desc(), Value.id)
    return list(model.Session.scalars(statement.limit(most)))


def list_keys(places: Sequence[str]) -> list[tuple[str, str]]:
    """Return what there is of some places: key of an indicator, and id of the file that has it."""
    of_place = sa.select(Value.resource_id).where(Value.place.in_(places), Value.role == "place")
    statement = (
        sa.select(Value.key, Value.resource_id)
        .where(Value.role.in_(("measure", "indicator")), Value.key != "", Value.resource_id.in_(of_place))
        .distinct()
    )
    return [(key, resource_id) for key, resource_id in model.Session.execute(statement)]


def _list_hits(text: str) -> list[Any]:
    """Values that have a text in them, the shortest first."""
    pairs = list(index.tokens(text))
    if not pairs:
        return []
    folded = text.lower().replace("%", r"\%").replace("_", r"\_")
    statement = (
        sa.select(Value)
        .where(
            Value.pairs.contains(pairs),
            sa.func.lower(Value.value).like(f"%{folded}%"),
            Value.role.in_(("text", "category", "key", "place")),
            Value.place == "",
        )
        .order_by(sa.func.length(Value.value), Value.id)
        .limit(4 * MOST_HITS)
    )
    return list(model.Session.scalars(statement))
