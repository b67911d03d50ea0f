"""Check what the parts of a definition say of each other: no dead end, no grant without an approval. No CKAN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ckanext.nxopendata.cases.definitions import kind as kinds
from ckanext.nxopendata.cases.definitions.kind import APPLICANT, FORWARDED, SYSTEM, UNANSWERED, Kind
from ckanext.nxopendata.cases.definitions.loader import DefinitionError, Fault, Lines, parse
from ckanext.nxopendata.core.workflow import HEAD, OFFICE


def check_text(text: str, name: str) -> tuple[Kind | None, list[Fault]]:
    """Read a definition and check it.

    Returns:
        The kind, None where it could not be read, and what is wrong, in the order of the lines.
    """
    try:
        kind, lines = parse(text, name)
    except DefinitionError as error:
        return None, list(error.faults)
    return kind, sorted(check(kind, lines), key=lambda fault: fault.line)


def check(kind: Kind, lines: Lines) -> Iterator[Fault]:
    """Yield what is wrong with a definition whose parts were read.

    Args:
        lines: where its parts stand.
    """
    for path, reason in (
        *_names(kind),
        *_clocks(kind),
        *_ways(kind),
        *_turns(kind),
        *_grants(kind),
        *_outcomes(kind),
        *_forwarding(kind),
        *_letters(kind),
    ):
        yield Fault(f"{kind.name}.yaml", lines.at(*path), reason)


Finding = tuple[tuple[str | int, ...], str]


def _names(kind: Kind) -> Iterator[Finding]:
    groups: tuple[tuple[str, list[str]], ...] = (
        ("fields", [one.name for one in kind.fields]),
        ("states", [one.name for one in kind.states]),
        ("steps", [one.action for one in kind.steps]),
        ("outcomes", [one.code for one in kind.outcomes]),
        ("duties", [one.name for one in kind.duties]),
    )
    for group, names in groups:
        for number, name in enumerate(names):
            if name in names[:number]:
                yield (group, number), f"{name} stands twice in {group}"
    asked = {field.name for field in kind.fields}
    for number, step in enumerate(kind.steps):
        for place, name in enumerate(step.sources):
            if name not in kind.state_by_name:
                yield ("steps", number, "from", place), f"there is no state {name}"
        if step.target not in kind.state_by_name:
            yield ("steps", number, "to"), f"there is no state {step.target}"
        for field in step.fields:
            if field.name in asked:
                yield ("steps", number, "fields"), f"{field.name} is asked already: one name, one answer"


def _clocks(kind: Kind) -> Iterator[Finding]:
    used = {state.clock for state in kind.states}
    for name in kind.clock_by_name:
        if name not in used:
            yield ("clocks", name), f"no state uses the clock {name}"
    for number, state in enumerate(kind.states):
        runs = state.phase in (kinds.OPEN, kinds.WAITING)
        if runs and not state.clock:
            yield ("states", number), f"{state.name} is {state.phase} and has no clock"
        elif not runs and state.clock:
            yield ("states", number, "clock"), f"{state.name} is {state.phase}: no clock runs there"
        elif state.clock and state.clock not in kind.clock_by_name:
            yield ("states", number, "clock"), f"there is no clock {state.clock}"
    for number, step in enumerate(kind.steps):
        if not step.extends:
            continue
        for name in step.sources:
            state = kind.state_by_name.get(name)
            clock = kind.clock_by_name.get(state.clock) if state else None
            if state is None or state.phase != kinds.OPEN or clock is None or not clock.extension:
                yield ("steps", number, "extends"), f"{name} has no running clock that may be extended"
        if not set(step.roles) <= {HEAD, OFFICE}:
            yield ("steps", number, "who"), "a limit is extended by the head or the office"
        if step.opinion != "required":
            yield ("steps", number, "opinion"), "an extension needs its reason: opinion must be required"
    for number, step in enumerate(kind.steps):
        if UNANSWERED in step.when and not all(kind.waits_for_applicant(name) for name in step.sources):
            yield ("steps", number, "when"), "unanswered holds in states with answer_within alone"


def _ways(kind: Kind) -> Iterator[Finding]:
    onward: dict[str, set[str]] = {state.name: set() for state in kind.states}
    for step in kind.steps:
        for name in step.sources:
            onward.get(name, set()).add(step.target)
    reached = _reach([kind.start.name], onward)
    backward: dict[str, set[str]] = {name: set() for name in onward}
    for source, targets in onward.items():
        for target in targets & backward.keys():
            backward[target].add(source)
    # A thing that was answered may rest where it is, if nothing follows of itself.
    rests = [state.name for state in kind.states if state.phase in (kinds.ANSWERED, kinds.ENDED)]
    resting = _reach(rests, backward)
    for number, state in enumerate(kind.states):
        if state.name not in reached:
            yield ("states", number), f"{state.name} cannot be reached"
        if state.name not in resting:
            yield ("states", number), f"no way leads from {state.name} to an answer"
        if state.phase == kinds.ENDED and onward[state.name]:
            yield ("states", number), f"{state.name} is ended, and a step leaves it"
        if state.phase != kinds.ENDED and not onward[state.name]:
            yield ("states", number), f"{state.name} is {state.phase}, and no step leaves it"


def _reach(starts: Iterable[str], onward: dict[str, set[str]]) -> set[str]:
    reached, left = set[str](), list(starts)
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left += onward.get(name, ())
    return reached


def _turns(kind: Kind) -> Iterator[Finding]:
    """Whose turn it is: nobody waits for a step that nobody may take."""
    ended = {state.name for state in kind.states if state.phase == kinds.ENDED}
    for number, state in enumerate(kind.states):
        leaving = [step for step in kind.steps if state.name in step.sources]
        roles = {role for step in leaving for role in step.roles if set(step.when) <= {UNANSWERED}}
        if state.phase == kinds.OPEN and not roles - {APPLICANT, SYSTEM}:
            yield ("states", number), f"in {state.name} the department has no step"
        goes_on = {role for step in leaving if step.target not in ended for role in step.roles if not step.when}
        if state.phase == kinds.WAITING and not goes_on - {SYSTEM}:
            yield ("states", number), f"in {state.name} nobody can go on"
        if state.phase == kinds.WAITING and not roles - {APPLICANT, SYSTEM}:
            yield ("states", number), f"in {state.name} a silent applicant blocks the case: the department has no step"
        if bool(state.answer_within) != (state.phase == kinds.WAITING and APPLICANT in goes_on):
            reason = "answer_within belongs to states that wait for the applicant, and to each of them"
            yield ("states", number, "answer_within"), f"{state.name}: {reason}"
        if state.phase in (kinds.OPEN, kinds.WAITING) and not any(
            step.roles == (APPLICANT,) and _is_out(kind, state, step)
            for step in leaving
            if step.target in kind.state_by_name
        ):
            yield ("states", number), f"from {state.name} the applicant cannot withdraw"


def _is_out(kind: Kind, state: kinds.State, step: kinds.Step) -> bool:
    """Whether a step takes a case back: it ends, or what is asked anew is as it was, with the permission in force."""
    target = kind.state_by_name[step.target]
    return target.phase == kinds.ENDED or (state.in_force and target.in_force)


def _grants(kind: Kind) -> Iterator[Finding]:
    """What gives a right is an approval, what takes it away is never the applicant's opponent alone."""
    states = kind.state_by_name
    if kind.start.in_force or kind.start.suspends:
        yield ("states", 0), "a case does not begin with an effect: somebody has to decide"
    for number, step in enumerate(kind.steps):
        target = states.get(step.target)
        sources = [states[name] for name in step.sources if name in states]
        if target is None:
            continue
        withholds = target.suspends and not all(source.suspends for source in sources)
        if withholds and set(step.roles) & {APPLICANT, SYSTEM}:
            yield ("steps", number, "who"), "a file is withheld by the department or the office"
        renews = target.in_force and any(field.name == "agreed_ends" for field in step.fields)
        if not renews and (not target.in_force or all(source.in_force for source in sources)):
            continue
        if not set(step.roles) <= {HEAD, OFFICE}:
            yield ("steps", number, "who"), "a right is granted by the head or the office alone"
        if not any(field.name == "agreed_ends" and field.type == "date" and field.required for field in step.fields):
            yield ("steps", number, "fields"), "a right needs its end: a required date agreed_ends"
        groups = {kind.outcome_by_code[code].group for code in step.outcomes if code in kind.outcome_by_code}
        if groups != {"granted"}:
            yield ("steps", number, "outcomes"), "a right is granted with an outcome of the group granted"
    if kind.duties and not any(state.in_force for state in kind.states):
        yield ("duties",), "duties come with a permission, and no state has one in force"
    names = {field.name: field for field in kind.fields}
    for number, state in enumerate(kind.states):
        if state.in_force and (kind.about != kinds.DATASET or "purpose" not in names):
            yield ("states", number, "in_force"), "an agreement is about a dataset and needs the field purpose"
        if state.suspends and kind.about != kinds.DATASET:
            yield ("states", number, "suspends"), "what is withheld is a dataset's"
        if state.in_force and not any(SYSTEM in step.roles for step in kind.steps if state.name in step.sources):
            yield ("states", number, "in_force"), f"no step of the system ends {state.name} when its time is over"


def _letters(kind: Kind) -> Iterator[Finding]:
    """Letters are the department's and the office's; one that names a day needs a state that has it."""
    for number, step in enumerate(kind.steps):
        if step.letter is None:
            continue
        if set(step.roles) & {APPLICANT, SYSTEM}:
            yield ("steps", number, "letter"), "a letter is written by the department or the office"
        if "{until}" in step.letter.body and not kind.waits_for_applicant(step.target):
            yield ("steps", number, "letter"), "until is the day of a state with answer_within"
        target = kind.state_by_name.get(step.target)
        if "{days}" in step.letter.body and target is not None and not target.clock:
            yield ("steps", number, "letter"), "days are those of a state with a clock"


def _forwarding(kind: Kind) -> Iterator[Finding]:
    """A step that names a department gives the case to it: to be answered, and by staff who may give it back."""
    for number, field in enumerate(kind.fields):
        if field.type == "department":
            yield ("fields", number, "type"), "department belongs to the fields of steps: the form asks for it itself"
    forwards = False
    for number, step in enumerate(kind.steps):
        named = [field for field in step.fields if field.type == "department"]
        forwards |= bool(named)
        target = kind.state_by_name.get(step.target)
        if not (named or step.returns) or target is None:
            continue
        if target.phase != kinds.OPEN or set(step.roles) & {APPLICANT, SYSTEM}:
            yield ("steps", number), "a case is forwarded or returned by staff, to be answered: to an open state"
        if len(named) > 1 or not all(field.required for field in named) or (named and step.returns):
            yield ("steps", number, "fields"), "a step forwards a case to one department, which must be named"
    for number, step in enumerate(kind.steps):
        if step.returns and not (forwards and step.when == (FORWARDED,)):
            yield ("steps", number, "returns"), "a step returns what was forwarded: when must be [forwarded]"


def _outcomes(kind: Kind) -> Iterator[Finding]:
    used: set[str] = set()
    for number, step in enumerate(kind.steps):
        used |= set(step.outcomes)
        for place, code in enumerate(step.outcomes):
            if code not in kind.outcome_by_code:
                yield ("steps", number, "outcomes", place), f"there is no outcome {code}"
        known = [kind.outcome_by_code[code] for code in step.outcomes if code in kind.outcome_by_code]
        named = [field for field in step.fields if field.name == kinds.ARTICLE and field.type == "text"]
        if any(one.needs_article for one in known) and not (named and named[0].public and not named[0].required):
            reason = "an outcome that needs its article asks for it: a public text field article, not always required"
            yield ("steps", number, "outcomes"), reason
        refuses = {one.group for one in known}
        if "refused" in refuses and step.opinion != "required":
            yield ("steps", number, "opinion"), "a refusal needs its reason: opinion must be required"
    for number, outcome in enumerate(kind.outcomes):
        if outcome.code not in used:
            yield ("outcomes", number), f"no step has the outcome {outcome.code}"
