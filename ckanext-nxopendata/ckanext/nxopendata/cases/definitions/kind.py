"""What a kind of case is: its form, its states and steps, its time limits and its outcomes. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE, Transition, transition

Text = Mapping[str, str]
"""A text by language, ``zh`` and ``en``."""

APPLICANT, SYSTEM = "applicant", "system"
ROLES = (APPLICANT, EDITOR, HEAD, OFFICE, SYSTEM)
"""Who takes steps; ``editor`` and ``head`` are those of the department that answers."""

OPEN, WAITING, ANSWERED, ENDED = "open", "waiting", "answered", "ended"
PHASES = (OPEN, WAITING, ANSWERED, ENDED)
"""The department's turn; somebody else's, while the clock stands; answered, and something may follow; over."""

DATASET, DEPARTMENT = "dataset", "department"
ABOUT = (DATASET, DEPARTMENT)
ACCOUNT, ANYONE = "account", "anyone"
APPLICANTS = (ACCOUNT, DEPARTMENT, ANYONE)
"""Who asks: somebody with an account, a department, or any reader through a form that stands elsewhere."""

LEVELS = ("none", "account", "email", "organisation", "department")
"""How sure it is who applies, the least first: no account; an account; one whose address was confirmed; one that acts
for an organisation that the office confirmed; staff of a department."""

PICTURE, EVIDENCE = "picture", "evidence"
FILES = (PICTURE, EVIDENCE)
"""Files that whoever takes part may add: pictures that are public once the case is answered; evidence that never is."""

TYPES = (
    "text",
    "area",
    "number",
    "date",
    "choice",
    "choices",
    "flag",
    "columns",
    "url",
    "uscc",
    "dataset",
    "datasets",
    "department",
    "case",
    "filters",
    "metadata",
    "change",
    "period",
    "quarter",
)
OPINIONS = ("required", "optional", "none")
GROUPS = ("granted", "refused", "other")
CONFIDENCE = ("V", "MH", "MM")
UNCONDITIONAL, ORGANISATION, UNANSWERED, FORWARDED = "unconditional", "organisation", "unanswered", "forwarded"
UNSUPPORTED = "unsupported"
FACTS = (UNCONDITIONAL, ORGANISATION, UNANSWERED, FORWARDED, UNSUPPORTED)
"""What the conditions of steps ask: ``unconditional``, the dataset is shared without conditions; ``organisation``, who
applies acts for one that the office confirmed, or is staff of a department; ``unanswered``, the applicant was asked
and has not answered in time; ``forwarded``, another department had the case before; ``unsupported``, nobody but the
applicant supports it, by a vote or by a case that was merged into it."""

ARTICLE = "article"
"""Field of steps that names the article of the law on which an outcome rests."""

LONGEST = 2000
"""Characters of an answer whose field names no other limit."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a field of the type ``choice`` or ``choices``."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form."""

    name: str
    label: Text
    type: str
    required: bool = False
    public: bool = False
    longest: int = LONGEST
    help: Text = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit in working days, and how many it may be extended by once; with its article.

    ``confidence``: ``V`` the text was seen, ``MH`` likely, ``MM`` to be confirmed.
    """

    name: str
    days: int
    article: Text
    confidence: str
    extension: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Where a case may stand.

    While a case stands there: ``in_force``, its agreement is; ``suspends``, the file is withheld; ``marks``, the
    dataset's page shows a mark; ``disputed``, the sides are not at one. ``clock`` names the limit that runs, or waits.
    ``answer_within``: working days that the applicant has to answer, while it waits for the applicant; 0 elsewhere.
    """

    name: str
    label: Text
    phase: str
    clock: str = ""
    in_force: bool = False
    suspends: bool = False
    marks: bool = False
    disputed: bool = False
    answer_within: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answer is, with its legal basis.

    ``needs_article``: the basis is whichever law it is, and whoever decides names its article (``ARTICLE``).
    """

    code: str
    label: Text
    group: str
    basis: Text
    needs_article: bool = False


LETTER_NUMBER = "办件告知〔{year}〕{serial}号之{place}"
"""Number of a letter (文号) of a kind that has none of its own: year of receipt, case, which of its letters."""

LETTER_WORDS = ("title", "number", "received", "day", "department", "days", "until")
"""What the body of a letter may name in braces: what the case is called and its number, the days on which it came and
on which the step was taken, who answers, the working days of the limit, and the day until which the applicant answers.
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter that tells the applicant of a step.

    ``title`` is that of the kind where it is {}; ``body`` is Chinese, as official papers are, and what the step tells
    where it is "".
    """

    title: Text = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody may do with a case."""

    action: str
    label: Text
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    tell: Text
    opinion: str = "optional"
    fields: tuple[Field, ...] = ()
    outcomes: tuple[str, ...] = ()
    extends: bool = False
    when: tuple[str, ...] = ()
    letter: Letter | None = None
    returns: bool = False
    """Whether the department that forwarded the case has it again."""
    phrases: tuple[Text, ...] = ()
    """Words to choose from, which stand before those of one's own."""


@dataclass(frozen=True, slots=True)
class DutyRule:
    """What whoever was granted data has to do: again each so many days, or so many days after the end.

    One of ``every`` and ``after_end`` is above 0; both are days of the calendar.
    """

    name: str
    label: Text
    every: int = 0
    after_end: int = 0


@dataclass(frozen=True)
class Kind:
    """A kind of case; ``states[0]`` is where it begins."""

    name: str
    title: Text
    summary: Text
    about: str
    applicants: str
    public: bool
    votes: bool
    fields: tuple[Field, ...]
    clocks: tuple[Clock, ...]
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    level: str = "account"
    """How sure it must be who applies: one of ``LEVELS``."""
    duties: tuple[DutyRule, ...] = ()
    """What a permission of this kind obliges to."""
    files: tuple[str, ...] = ()
    """Those of ``FILES`` that may be added."""
    letter_number: str = LETTER_NUMBER
    """What the numbers of its letters look like."""

    @property
    def start(self) -> State:
        """Return the state in which a case begins."""
        return self.states[0]

    @cached_property
    def state_by_name(self) -> dict[str, State]:
        """The states by name."""
        return {state.name: state for state in self.states}

    @cached_property
    def clock_by_name(self) -> dict[str, Clock]:
        """The time limits by name."""
        return {clock.name: clock for clock in self.clocks}

    @cached_property
    def outcome_by_code(self) -> dict[str, Outcome]:
        """The outcomes by code."""
        return {outcome.code: outcome for outcome in self.outcomes}

    @cached_property
    def duty_by_name(self) -> dict[str, DutyRule]:
        """The duties by name."""
        return {duty.name: duty for duty in self.duties}

    @cached_property
    def transitions(self) -> tuple[Transition, ...]:
        """The steps as a table of :mod:`core.workflow`."""
        return tuple(
            row
            for step in self.steps
            for row in transition(
                step.action,
                step.sources,
                step.target,
                *step.roles,
                opinion=step.opinion == "required",
                conditions=[[fact] for fact in step.when],
            )
        )

    def waits_for_applicant(self, state: str) -> bool:
        """Return whether a state waits for words of the applicant; else somebody outside the case is asked."""
        found = self.state_by_name.get(state)
        return found is not None and found.answer_within > 0

    def step(self, action: str) -> Step:
        """Return the step of this name.

        Raises:
            KeyError: there is none.
        """
        for step in self.steps:
            if step.action == action:
                return step
        raise KeyError(action)
