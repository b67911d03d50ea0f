"""What a policy says: the ODRL 2.2 information model as plain values, and how it is read from JSON-LD.

Reading is tolerant of the shapes that ODRL's own JSON-LD context allows (a string or an object for an action, one or
many of anything, compact policies). What it cannot read it records as unknown: the engine answers "undetermined".
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ckanext.nxopendata.core.errors import CodedError
from ckanext.nxopendata.licences.odrl.vocabulary import FOLDER, LOGICAL, canonical, local_name

Conflict = Literal["prohibit", "perm", "invalid"]

PROHIBIT: Conflict = "prohibit"


@dataclass(frozen=True, slots=True)
class Constraint:
    """ODRL 2.2, 2.5.1: ``left operator right``; ``reference`` names a value that only an agreement gives."""

    left: str
    operator: str
    right: tuple[Any, ...] = ()
    datatype: str = ""
    unit: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Logical:
    """ODRL 2.2, 2.5.2: ``and``, ``or``, ``xone`` or ``andSequence`` over constraints."""

    kind: str
    operands: tuple["Condition", ...]


Condition = Constraint | Logical


@dataclass(frozen=True, slots=True)
class ActionTerm:
    """An action with its refinements. ``name`` is None when the word is not known; ``term`` is what was written."""

    term: str
    name: str | None
    refinements: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """An assignee or assigner, an asset likewise: an identifier, or a collection with refinements."""

    uid: str
    collection: bool = False
    refinements: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """ODRL 2.2, 2.6.4-2.6.7: what has to be done; ``otherwise`` are the consequences when it is not."""

    action: ActionTerm
    constraints: tuple[Condition, ...] = ()
    otherwise: tuple["Duty", ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One permission, prohibition or obligation about one action.

    ``path`` names it for people and machines: ``cc-by-4.0#permission/1/2`` is the third action of the second
    permission of that licence. For a prohibition ``duties`` are its remedies (2.6.7).
    """

    kind: Literal["permission", "prohibition", "obligation"]
    path: str
    action: ActionTerm
    constraints: tuple[Condition, ...] = ()
    duties: tuple[Duty, ...] = ()
    target: Party | None = None
    assignee: Party | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A licence or agreement.

    Args:
        silence: what an action without a rule means: ``prohibited`` where the terms are complete, ``undetermined``
            where only a part of them is known.
        undetermined: actions on which the terms are known to be unclear.
        gaps: what could not be read or resolved; with gaps no permission is ever certain.
    """

    uid: str
    id: str
    type: str = "Set"
    titles: Mapping[str, str] = field(default_factory=dict)
    summaries: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    legal_text: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    jurisdiction: str = ""
    spdx: str = ""
    open_definition: str = "not reviewed"
    status: str = "active"
    covers: str = "content"
    silence: Literal["prohibited", "undetermined"] = "prohibited"
    undetermined: frozenset[str] = frozenset()
    same_terms_as: str = ""
    successor: str = ""
    conflict: Conflict = PROHIBIT
    permissions: tuple[Rule, ...] = ()
    prohibitions: tuple[Rule, ...] = ()
    obligations: tuple[Rule, ...] = ()
    assigner: str = ""
    gaps: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __hash__(self) -> int:
        return hash(self.uid)

    def title(self, lang: str) -> str:
        """The title in ``lang``, else in Chinese, else in English, else the id."""
        return self.titles.get(lang) or self.titles.get("zh") or self.titles.get("en") or self.id

    def summary(self, lang: str) -> str:
        """The one-sentence summary in ``lang``, falling back as ``title`` does; may be empty."""
        return self.summaries.get(lang) or self.summaries.get("zh") or self.summaries.get("en") or ""

    def url(self, lang: str = "zh") -> str:
        """Where the legal text stands in ``lang``, else in another language, else the policy itself."""
        return self.legal_text.get(lang) or next(iter(self.legal_text.values()), "") or self.uid

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.permissions + self.prohibitions + self.obligations


class PolicyError(CodedError, ValueError):
    """A document that is not a policy at all. ``code`` and ``params`` name the fact."""


Resolve = Callable[[str], Mapping[str, Any] | None]


def as_list(value: Any) -> list[Any]:
    """JSON-LD's "one or many": None -> [], a value -> [value], ``{"@list": [...]}`` -> the list."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping) and "@list" in value:
        return as_list(value["@list"])
    return [value]


def _identifier(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("@id") or value.get("uid") or value.get("source") or value.get("@value") or "")
    return str(value)


class _Reader:
    """Reads one document; remembers named constraints and what it could not read."""

    def __init__(self, document: Mapping[str, Any], references: Mapping[str, Any]) -> None:
        self.document = document
        self.references = references
        self.gaps: list[str] = []

    def condition(self, value: Any) -> Condition:
        if isinstance(value, str):
            return self.named(value)
        if not isinstance(value, Mapping):
            self.gaps.append(f"constraint:{value!r}")
            return Constraint("", "")
        for kind in LOGICAL:
            if kind in value:
                return Logical(kind, tuple(self.condition(item) for item in as_list(value[kind])))
        if "leftOperand" not in value and set(value) <= {"@id", "uid"}:
            return self.named(_identifier(value))
        reference = _identifier(value["rightOperandReference"]) if "rightOperandReference" in value else ""
        right = as_list(value.get("rightOperand"))
        if reference in self.references:
            right = as_list(self.references[reference])
            reference = ""
        datatype = next((item.get("@type", "") for item in right if isinstance(item, Mapping)), "")
        return Constraint(
            left=local_name(_identifier(value.get("leftOperand", ""))),
            operator=local_name(_identifier(value.get("operator", ""))),
            right=tuple(_scalar(item) for item in right),
            datatype=local_name(str(datatype)).removeprefix("xsd:"),
            unit=_identifier(value.get("unit", "")),
            reference=reference,
        )

    def named(self, uid: str) -> Condition:
        """A constraint given by its identifier stands elsewhere in the same document (``@graph``)."""
        for item in as_list(self.document.get("@graph")):
            if isinstance(item, Mapping) and _identifier(item) == uid and set(item) - {"@id", "uid", "@type"}:
                return self.condition({k: v for k, v in item.items() if k not in ("@id", "uid", "@type")})
        self.gaps.append(f"constraint:{uid}")
        return Constraint("", "")

    def conditions(self, value: Any) -> tuple[Condition, ...]:
        return tuple(self.condition(item) for item in as_list(value))

    def action(self, value: Any) -> ActionTerm:
        refinements: tuple[Condition, ...] = ()
        term = value
        if isinstance(value, Mapping):
            term = value.get("rdf:value", value)
            refinements = self.conditions(value.get("refinement"))
        written = _identifier(term)
        return ActionTerm(local_name(written), canonical(written), refinements)

    def party(self, value: Any) -> Party | None:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            return Party(str(value))
        types = as_list(value.get("@type"))
        collection = any(str(item).endswith("Collection") for item in types)
        return Party(_identifier(value), collection, self.conditions(value.get("refinement")))

    def duty(self, value: Any) -> list[Duty]:
        if not isinstance(value, Mapping):
            self.gaps.append(f"duty:{value!r}")
            return []
        otherwise = tuple(d for item in as_list(value.get("consequence")) for d in self.duty(item))
        constraints = self.conditions(value.get("constraint"))
        return [Duty(self.action(item), constraints, otherwise) for item in as_list(value.get("action"))]

    def rules(self, kind: Literal["permission", "prohibition", "obligation"], owner: str) -> list[Rule]:
        """ODRL 2.2, 2.7.1: every combination of action, target and assignee is an atomic rule of its own."""
        found: list[Rule] = []
        for number, raw in enumerate(as_list(self.document.get(kind))):
            if not isinstance(raw, Mapping):
                self.gaps.append(f"{kind}:{raw!r}")
                continue
            value = {
                **{k: self.document[k] for k in ("action", "target", "assignee") if k in self.document},
                **raw,
            }
            duties = {"permission": "duty", "prohibition": "remedy", "obligation": "consequence"}[kind]
            rule_duties = tuple(d for item in as_list(value.get(duties)) for d in self.duty(item))
            constraints = self.conditions(value.get("constraint"))
            found += [
                Rule(
                    kind,
                    f"{owner}#{kind}/{number}/{index}",
                    self.action(action),
                    constraints,
                    rule_duties,
                    self.party(target),
                    self.party(assignee),
                )
                for index, action in enumerate(as_list(value.get("action")))
                for target in as_list(value.get("target")) or [None]
                for assignee in as_list(value.get("assignee")) or [None]
            ]
        return found


def _scalar(value: Any) -> Any:
    if isinstance(value, Mapping):
        return local_name(_identifier(value)) if "@id" in value else value.get("@value", _identifier(value))
    return local_name(value) if isinstance(value, str) else value


def read_policy(
    document: Mapping[str, Any],
    resolve: Resolve | None = None,
    references: Mapping[str, Any] | None = None,
    _seen: frozenset[str] = frozenset(),
) -> Policy:
    """Read a JSON-LD policy.

    Args:
        document: the parsed JSON object.
        resolve: finds the document of an inherited policy by its uid (ODRL 2.2, 2.9); None means "not found".
        references: values for ``rightOperandReference``, by identifier: what an agreement fills in.

    Raises:
        PolicyError: ``not_object``, ``no_uid``, or ``inheritance_cycle``.
    """
    if not isinstance(document, Mapping):
        raise PolicyError("not_object")
    uid = _identifier(document.get("uid") or document.get("@id") or "")
    if not uid:
        raise PolicyError("no_uid")
    if uid in _seen:
        raise PolicyError("inheritance_cycle", uid=uid)
    own_id = str(document.get("id") or uid)
    reader = _Reader(document, references or {})
    permissions = reader.rules("permission", own_id)
    prohibitions = reader.rules("prohibition", own_id)
    obligations = reader.rules("obligation", own_id)
    for parent_uid in map(_identifier, as_list(document.get("inheritFrom"))):
        parent_document = resolve(parent_uid) if resolve else None
        if parent_document is None:
            reader.gaps.append(f"inheritFrom:{parent_uid}")
            continue
        parent = read_policy(parent_document, resolve, references, _seen | {uid})
        permissions += parent.permissions
        prohibitions += parent.prohibitions
        obligations += parent.obligations
        reader.gaps += parent.gaps
    conflict = str(document.get("conflict") or PROHIBIT)
    if local_name(conflict) not in ("prohibit", "perm", "invalid"):
        reader.gaps.append(f"conflict:{conflict}")
        conflict = PROHIBIT
    for term in document.get("undetermined", []):
        if canonical(term) is None:
            reader.gaps.append(f"undetermined:{term}")
    return Policy(
        uid=uid,
        id=own_id,
        type=str(document.get("@type", "Policy")),
        titles=_texts(document.get("title")),
        summaries=_texts(document.get("summary")),
        notes=_texts(document.get("note")),
        legal_text=_texts(document.get("legalText")),
        version=str(document.get("version", "")),
        jurisdiction=str(document.get("jurisdiction", "")),
        spdx=str(document.get("spdx", "")),
        open_definition=str(document.get("openDefinition", "not reviewed")),
        status=str(document.get("status", "active")),
        covers=str(document.get("covers", "content")),
        silence="undetermined" if document.get("silence") == "undetermined" else "prohibited",
        undetermined=frozenset(filter(None, map(canonical, document.get("undetermined", [])))),
        same_terms_as=str(document.get("sameTermsAs", "")),
        successor=str(document.get("successor", "")),
        conflict=local_name(conflict),  # pyright: ignore[reportArgumentType] # one of the three, checked above
        permissions=tuple(permissions),
        prohibitions=tuple(prohibitions),
        obligations=tuple(obligations),
        assigner=_identifier(document.get("assigner", "")),
        gaps=tuple(reader.gaps),
        document=document,
    )


def _texts(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"zh": value}
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Register:
    """All licences, by id, in the order people should meet them: active first, generic last."""

    policies: Mapping[str, Policy]

    def __getitem__(self, licence_id: str) -> Policy:
        return self.policies[licence_id]

    def __contains__(self, licence_id: object) -> bool:
        return licence_id in self.policies

    def __iter__(self) -> Iterator[Policy]:
        return iter(self.policies.values())

    def __len__(self) -> int:
        return len(self.policies)

    def get(self, licence_id: str | None) -> Policy | None:
        return self.policies.get(licence_id or "")

    def canonical_id(self, licence_id: str) -> str:
        """The id of the licence that holds the same terms: ``cc-zero`` -> ``cc0-1.0``; else the id itself."""
        policy = self.policies.get(licence_id)
        return (policy.same_terms_as or licence_id) if policy else licence_id


_ORDER = {"active": 0, "legacy": 1, "generic": 2}


def load_register(folder: Path = FOLDER) -> Register:
    """Read every ``*.jsonld`` of a folder. To add a licence is to add a file.

    Raises:
        PolicyError: a file is no policy (``code``), or two files claim one id (``duplicate_id``).
    """
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.jsonld"))]
    by_uid = {str(document.get("uid")): document for document in documents}
    policies: dict[str, Policy] = {}
    for document in documents:
        policy = read_policy(document, by_uid.get)
        if policy.id in policies:
            raise PolicyError("duplicate_id", id=policy.id)
        policies[policy.id] = policy
    ordered = sorted(policies.values(), key=lambda p: (_ORDER.get(p.status, 3), not p.id.startswith("nx-"), p.id))
    return Register({policy.id: policy for policy in ordered})
