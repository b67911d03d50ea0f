"""Lint for a licence file: does it say what ODRL 2.2 and this list need, and where not, in which line and what to do.

Every finding has a stable code, a line and parameters; the sentence with the remedy is in ``messages.csv``.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ckanext.nxopendata.licences.odrl.constraints import parse_duration, parse_moment, parse_number
from ckanext.nxopendata.licences.odrl.policy import Policy, PolicyError, Resolve, as_list, read_policy
from ckanext.nxopendata.licences.odrl.texts import message
from ckanext.nxopendata.licences.odrl.vocabulary import LOGICAL, OPERATORS, POLICY_TYPES, actions, local_name, operands

_RULES = ("permission", "prohibition", "obligation")
_METADATA = {
    "@context", "@type", "@id", "@graph", "uid", "profile", "id", "title", "summary", "note", "legalText", "version",
    "jurisdiction", "spdx", "openDefinition", "status", "covers", "silence", "undetermined", "sameTermsAs",
    "successor", "conflict", "inheritFrom", "assigner", "assignee", "target", "action",
}  # fmt: skip
_RULE_KEYS = {
    "permission": {"action", "target", "assigner", "assignee", "constraint", "duty", "uid", "@id", "@type"},
    "prohibition": {"action", "target", "assigner", "assignee", "constraint", "remedy", "uid", "@id", "@type"},
    "obligation": {"action", "target", "assigner", "assignee", "constraint", "consequence", "uid", "@id", "@type"},
}
_DUTY_KEYS = _RULE_KEYS["obligation"]
_CONSTRAINT_KEYS = {
    "leftOperand", "operator", "rightOperand", "rightOperandReference", "unit", "dataType", "status", "uid", "@id",
    "@type", *LOGICAL,
}  # fmt: skip
_CHOICES = {
    "openDefinition": ("approved", "rejected", "not reviewed"),
    "status": ("active", "legacy", "generic"),
    "covers": ("content", "database"),
    "silence": ("prohibited", "undetermined"),
    "conflict": ("prohibit", "perm", "invalid"),
}
_IRI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$")
_ODRL_CONTEXT = "http://www.w3.org/ns/odrl.jsonld"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. ``path`` is where it stands (``permission/0/action/1``), ``line`` counts from 1."""

    code: str
    line: int
    path: str
    detail: str = ""
    allowed: str = ""
    severity: str = "error"

    def text(self, lang: str) -> str:
        """The sentence with line and remedy, in ``zh`` or ``en``."""
        return message(self.code, lang, line=self.line, path=self.path, detail=self.detail, allowed=self.allowed)


@dataclass(slots=True)
class _Linter:
    lines: Mapping[str, int]
    resolve: Resolve | None
    known: Callable[[str], bool] | None
    found: list[Finding] = field(default_factory=list)

    def line(self, path: str) -> int:
        """The line of a path, or of the nearest thing that contains it."""
        while path and path not in self.lines:
            path = path.rpartition("/")[0]
        return self.lines.get(path, 1)

    def add(self, code: str, path: str, detail: Any = "", allowed: Any = "", severity: str = "error") -> None:
        choices = ", ".join(allowed) if isinstance(allowed, (list, tuple)) else str(allowed)
        self.found.append(Finding(code, self.line(path), path, str(detail), choices, severity))

    def keys(self, value: Mapping[str, Any], allowed: set[str], path: str) -> None:
        for key in value:
            if key not in allowed and ":" not in key:
                self.add("unknown_key", f"{path}/{key}".strip("/"), key, sorted(allowed))

    def metadata(self, document: Mapping[str, Any], licence: bool) -> None:
        self.keys(document, _METADATA | set(_RULES), "")
        contexts = [item for item in as_list(document.get("@context")) if isinstance(item, str)]
        if _ODRL_CONTEXT not in contexts:
            self.add("bad_context", "@context")
        kind = document.get("@type")
        if kind not in POLICY_TYPES:
            self.add("bad_value", "@type", kind, sorted(POLICY_TYPES))
        for key in ("assigner",) if kind == "Offer" else ("assigner", "assignee") if kind == "Agreement" else ():
            rules = [rule for name in _RULES for rule in as_list(document.get(name)) if isinstance(rule, Mapping)]
            if key not in document and not any(key in rule for rule in rules):
                self.add("missing", "@type", key)
        uid = document.get("uid", document.get("@id"))
        if not uid:
            self.add("missing", "", "uid")
        elif not isinstance(uid, str) or not _IRI.match(uid):
            self.add("bad_uid", "uid", uid)
        for key, allowed in _CHOICES.items():
            if key in document and document[key] not in allowed:
                self.add("bad_value", key, document[key], allowed)
        if licence:
            self.licence(document)

    def licence(self, document: Mapping[str, Any]) -> None:
        for key in ("id", "title", "summary", "openDefinition", "status", "jurisdiction"):
            if not document.get(key):
                self.add("missing", "", key)
        for key in ("title", "summary", "note"):
            value = document.get(key)
            if value and not (isinstance(value, Mapping) and value.get("zh") and value.get("en")):
                self.add("missing_translation", key, key)
        for lang, url in (document.get("legalText") or {}).items():
            if not str(url).startswith(("https://", "http://")):
                self.add("bad_uid", f"legalText/{lang}", url)
        for key in ("sameTermsAs", "successor"):
            if key in document and self.known is not None and not self.known(str(document[key])):
                self.add("unknown_licence", key, document[key])
        for index, term in enumerate(as_list(document.get("undetermined"))):
            self.action(term, f"undetermined/{index}")

    def rules(self, document: Mapping[str, Any]) -> None:
        if not any(as_list(document.get(name)) for name in _RULES) and not document.get("inheritFrom"):
            self.add("no_rule", "")
        for name in _RULES:
            for index, rule in enumerate(as_list(document.get(name))):
                path = f"{name}/{index}"
                if not isinstance(rule, Mapping):
                    self.add("bad_value", path, rule, "{…}")
                    continue
                self.keys(rule, _RULE_KEYS[name], path)
                self.actions(rule if "action" in rule else {**rule, "action": document.get("action")}, path)
                self.constraints(rule.get("constraint"), f"{path}/constraint")
                for key in ("duty", "remedy", "consequence"):
                    for number, duty in enumerate(as_list(rule.get(key))):
                        self.duty(duty, f"{path}/{key}/{number}")

    def duty(self, duty: Any, path: str) -> None:
        if not isinstance(duty, Mapping):
            self.add("bad_value", path, duty, "{…}")
            return
        self.keys(duty, _DUTY_KEYS | {"attributedParty", "compensatedParty", "informedParty", "trackingParty"}, path)
        self.actions(duty, path)
        self.constraints(duty.get("constraint"), f"{path}/constraint")
        for number, consequence in enumerate(as_list(duty.get("consequence"))):
            self.duty(consequence, f"{path}/consequence/{number}")

    def actions(self, rule: Mapping[str, Any], path: str) -> None:
        terms = as_list(rule.get("action"))
        if not terms:
            self.add("missing", path, "action")
        many = isinstance(rule.get("action"), list)
        for index, term in enumerate(terms):
            where = f"{path}/action/{index}" if many else f"{path}/action"
            if isinstance(term, Mapping):
                self.constraints(term.get("refinement"), f"{where}/refinement")
                term = term.get("rdf:value", term)
                term = term.get("@id", "") if isinstance(term, Mapping) else term
            self.action(term, where)

    def action(self, term: Any, path: str) -> None:
        known = actions().get(local_name(str(term)))
        if known is None:
            self.add("unknown_action_term", path, term)
        elif known.deprecated:
            self.add("deprecated_action", path, term, known.replaced_by)

    def constraints(self, value: Any, path: str) -> None:
        many = isinstance(value, list)
        for index, item in enumerate(as_list(value)):
            self.constraint(item, f"{path}/{index}" if many else path)

    def constraint(self, value: Any, path: str) -> None:
        if isinstance(value, str):
            return  # named elsewhere; whether it can be found shows when the policy is read
        if not isinstance(value, Mapping):
            self.add("bad_value", path, value, "{…}")
            return
        self.keys(value, _CONSTRAINT_KEYS, path)
        for kind in LOGICAL:
            if kind in value:
                self.constraints(as_list(value[kind]), f"{path}/{kind}")
                return
        if set(value) <= {"@id", "uid"}:
            return
        left = local_name(str(value.get("leftOperand", "")))
        operand = operands().get(left)
        if not left:
            self.add("missing", path, "leftOperand")
        elif operand is None:
            self.add("unknown_operand", f"{path}/leftOperand", left)
        elif operand.deprecated:
            self.add("deprecated_operand", f"{path}/leftOperand", left)
        operator = local_name(str(value.get("operator", "")))
        if not operator:
            self.add("missing", path, "operator")
        elif operator not in OPERATORS:
            self.add("unknown_operator", f"{path}/operator", operator, sorted(OPERATORS))
        if "rightOperand" not in value and "rightOperandReference" not in value:
            self.add("missing", path, "rightOperand")
        elif operand is not None and "rightOperand" in value:
            self.right(value["rightOperand"], operand.kind, f"{path}/rightOperand")

    def right(self, value: Any, kind: str, path: str) -> None:
        readers: dict[str, tuple[Callable[[Any], Any], str]] = {
            "time": (parse_moment, "2027-12-31, 2027-12-31T18:00:00+08:00"),
            "duration": (lambda text: parse_duration(str(text)), "P6M, P30D, PT2H"),
            "number": (parse_number, "10, 0.5"),
        }
        if kind not in readers:
            return
        read, example = readers[kind]
        for item in as_list(value):
            raw = item.get("@value", item.get("@id")) if isinstance(item, Mapping) else item
            if read(raw) is None:
                self.add("bad_operand_value", path, raw, example)

    def profile(self, document: Mapping[str, Any]) -> None:
        text = json.dumps({name: document.get(name) for name in _RULES}, ensure_ascii=False)
        if '"nx:' in text and not document.get("profile"):
            self.add("profile_missing", "")

    def inheritance(self, document: Mapping[str, Any]) -> None:
        try:
            policy = read_policy(document, self.resolve)
        except PolicyError as error:
            if error.code == "inheritance_cycle":
                self.add("inheritance_cycle", "inheritFrom", error.params.get("uid", ""))
            return
        for gap in policy.gaps:
            if gap.startswith("inheritFrom:"):
                self.add("inherit_unknown", "inheritFrom", gap.partition(":")[2])
            elif gap.startswith("constraint:"):
                self.add("missing", "", gap.partition(":")[2])
        self.contradictions(policy)

    def contradictions(self, policy: Policy) -> None:
        plain = {r.action.name: r for r in policy.permissions if not r.constraints and not r.action.refinements}
        for ban in policy.prohibitions:
            if ban.action.name in plain and not ban.constraints and not ban.action.refinements:
                kind, rule, index = ban.path.rpartition("#")[2].split("/")
                self.add("contradiction", f"{kind}/{rule}/action/{index}", ban.action.term, severity="warning")


def check_text(
    text: str, *, licence: bool = True, resolve: Resolve | None = None, known: Callable[[str], bool] | None = None
) -> list[Finding]:
    """Check the text of a policy.

    Args:
        text: JSON-LD.
        licence: also ask for what this list needs of a licence (id, bilingual titles, status ...).
        resolve: finds inherited policies by uid. known: is this id a licence of the list?

    Returns:
        Findings in the order of their lines; none means the file is sound.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        return [Finding("json_invalid", error.lineno, "", error.msg)]
    if not isinstance(document, Mapping):
        return [Finding("not_object", 1, "")]
    linter = _Linter(dict(_lines(text)), resolve, known)
    linter.metadata(document, licence)
    linter.rules(document)
    linter.profile(document)
    linter.inheritance(document)
    return sorted(linter.found, key=lambda finding: (finding.line, finding.path, finding.code))


def check_file(path: Path, others: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Check a licence file; ``others`` are the documents of the list by uid. The id must be the file's name."""
    text = path.read_text(encoding="utf-8")
    ids = {str(document.get("id")) for document in others.values()}
    found = check_text(text, resolve=others.get, known=ids.__contains__)
    try:
        own = json.loads(text).get("id", "")
    except (json.JSONDecodeError, AttributeError):
        return found
    if own and own != path.stem:
        found.append(Finding("id_file_name", dict(_lines(text)).get("id", 1), "id", own))
    return found


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """(path, line) of every value. JSON is read as YAML here, for its positions only."""
    root = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)

    def walk(node: yaml.Node, path: str) -> Iterator[tuple[str, int]]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = f"{path}/{key.value}".strip("/")
                yield inner, key.start_mark.line + 1
                yield from walk(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                inner = f"{path}/{index}"
                yield inner, value.start_mark.line + 1
                yield from walk(value, inner)

    if root is not None:
        yield from walk(root, "")
