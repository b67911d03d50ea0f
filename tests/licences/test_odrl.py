"""ODRL's own material: published evaluation cases and the examples of the Information Model 2.2.

``odrl_cases.csv`` states the facts of cases 007-058 and 065-068 of the SolidLabResearch/ODRL-Test-Suite: one rule,
one request, and whether the rule is active. Left out: 001-006 (rules without an action, which the model requires),
059-061 (they report on duties already performed) and 062-064 (a year of working days in one rule).
"""

import csv
import json

import pytest

from ckanext.nxopendata.licences.odrl.engine import evaluate
from ckanext.nxopendata.licences.odrl.lint import check_text
from ckanext.nxopendata.licences.odrl.policy import read_policy

from .licence_register import HERE


def cases():
    with (HERE / "odrl_cases.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def party(name):
    kind = {"partyCollection": "PartyCollection", "assetCollection": "AssetCollection"}.get(name)
    return {"@type": kind, "uid": name} if kind else name


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_published_evaluation_case(case):
    rule = {"action": case["action"]}
    for role in ("assignee", "target"):
        if case[role]:
            rule[role] = party(case[role])
    if case["constraint"]:
        parts = [part.split() for part in case["constraint"].split(" and ")]
        rule["constraint"] = [{"leftOperand": "dateTime", "operator": o, "rightOperand": v} for o, v in parts]
    members = {name: [] for name in (case["request_assignee"], case["request_target"])}
    for pair in case["collections"].split():
        name, collection = pair.split(":")
        members.setdefault(name, []).append(collection)
    policy = read_policy({"uid": "urn:case", case["kind"]: [rule]})
    context = {
        "assignee": case["request_assignee"],
        "target": case["request_target"],
        "dateTime": case["now"],
        "memberOf": members,
    }
    answer = evaluate(policy, case["request_action"], context)
    if case["kind"] == "permission":
        assert answer.verdict.allows is (case["active"] == "yes")
    else:
        assert (answer.reasons[0].code == "prohibited_by_rule") is (case["active"] == "yes")


CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
DPI = "http://dbpedia.org/resource/Dots_per_inch"
FINE, TOO_FINE = {"value": 600, "unit": DPI}, {"value": 2400, "unit": DPI}


def example(kind="Set", **parts):
    return {"@context": CONTEXT, "@type": kind, "uid": "http://example.com/policy:1", **parts}


PRINT = example(
    "Offer",
    permission=[
        {
            "target": "urn:doc",
            "assigner": "urn:org",
            "action": [
                {
                    "rdf:value": {"@id": "odrl:print"},
                    "refinement": [
                        {
                            "leftOperand": "resolution",
                            "operator": "lteq",
                            "rightOperand": {"@value": "1200", "@type": "xsd:integer"},
                            "unit": DPI,
                        }
                    ],
                }
            ],
        }
    ],
)
UNTIL = example(
    "Offer",
    assigner="urn:org",
    permission=[
        {
            "target": "urn:game",
            "action": "play",
            "constraint": [
                {
                    "leftOperand": "dateTime",
                    "operator": "lteq",
                    "rightOperand": {"@value": "2017-12-31", "@type": "xsd:date"},
                }
            ],
        }
    ],
)
MEDIA = example(
    "Offer",
    assigner="urn:org",
    permission=[
        {
            "target": "urn:book",
            "action": [
                {
                    "rdf:value": {"@id": "odrl:reproduce"},
                    "refinement": {"xone": {"@list": [{"@id": "urn:c1"}, {"@id": "urn:c2"}]}},
                }
            ],
        }
    ],
)
MEDIA["@graph"] = [
    {"@id": f"urn:c{n}", "leftOperand": "media", "operator": "eq", "rightOperand": {"@value": value}}
    for n, value in ((1, "online"), (2, "print"))
]
COMPACT = example(
    target="urn:song",
    assigner="urn:label",
    action="play",
    permission=[{"assignee": "urn:billie"}, {"assignee": "urn:murphy"}],
)
CONFLICT = example(
    "Agreement",
    conflict="perm",
    assigner="urn:pix",
    assignee="urn:55",
    permission=[{"target": "urn:album", "action": "display"}],
    prohibition=[{"target": "urn:album", "action": "archive"}],
)
REMEDY = example(
    "Agreement",
    assigner="urn:a",
    assignee="urn:b",
    prohibition=[{"target": "urn:data", "action": "index", "remedy": [{"action": "anonymize", "target": "urn:data"}]}],
)
PAID = example(
    "Offer",
    permission=[
        {
            "assigner": "urn:sony",
            "target": "urn:song",
            "action": "play",
            "duty": [
                {
                    "action": [
                        {
                            "rdf:value": {"@id": "odrl:compensate"},
                            "refinement": [
                                {
                                    "leftOperand": "payAmount",
                                    "operator": "eq",
                                    "rightOperand": {"@value": "5.00", "@type": "xsd:decimal"},
                                    "unit": "http://dbpedia.org/resource/Euro",
                                }
                            ],
                        }
                    ],
                    "constraint": [
                        {"leftOperand": "event", "operator": "lt", "rightOperand": {"@id": "odrl:policyUsage"}}
                    ],
                }
            ],
        }
    ],
)
FRIENDS = example(
    "Agreement",
    permission=[
        {
            "target": "urn:photos",
            "assigner": "urn:44",
            "assignee": {
                "@type": "PartyCollection",
                "source": "urn:friends",
                "refinement": [{"leftOperand": "foaf:age", "operator": "gt", "rightOperand": 17}],
            },
            "action": "display",
        }
    ],
)


@pytest.mark.parametrize(
    ("section", "document", "action", "context", "expected"),
    [
        ("2.5.1 refinement", PRINT, "print", {"target": "urn:doc", "resolution": FINE}, "allowed"),
        ("2.5.1 refinement", PRINT, "print", {"target": "urn:doc", "resolution": TOO_FINE}, "prohibited"),
        ("2.5.1 refinement", PRINT, "print", {"target": "urn:doc"}, "undetermined"),
        ("2.6.2 until", UNTIL, "play", {"target": "urn:game", "dateTime": "2017-12-31T20:00:00+08:00"}, "allowed"),
        ("2.6.2 until", UNTIL, "play", {"target": "urn:game", "dateTime": "2018-01-01T00:00:00+08:00"}, "prohibited"),
        ("2.5.2 xone", MEDIA, "reproduce", {"target": "urn:book", "media": "print"}, "allowed"),
        ("2.5.2 xone", MEDIA, "reproduce", {"target": "urn:book", "media": "film"}, "prohibited"),
        ("2.7.1 compact", COMPACT, "play", {"target": "urn:song", "assignee": "urn:murphy"}, "allowed"),
        ("2.7.1 compact", COMPACT, "play", {"target": "urn:song", "assignee": "urn:eve"}, "prohibited"),
        ("2.6.3 prohibition", CONFLICT, "display", {"target": "urn:album", "assignee": "urn:55"}, "allowed"),
        ("2.6.3 prohibition", CONFLICT, "archive", {"target": "urn:album", "assignee": "urn:55"}, "prohibited"),
        ("2.6.7 remedy", REMEDY, "index", {"target": "urn:data", "assignee": "urn:b"}, "prohibited"),
        ("2.6.5 duty", PAID, "play", {"target": "urn:song"}, "allowed_with_duties"),
        ("2.3 party collection", FRIENDS, "display", {"target": "urn:photos", "assignee": "urn:x"}, "undetermined"),
    ],
)  # fmt: skip
def test_examples_of_the_information_model(section, document, action, context, expected):
    assert evaluate(read_policy(document), action, context).verdict.value == expected


@pytest.mark.parametrize("document", [PRINT, UNTIL, MEDIA, COMPACT, CONFLICT, REMEDY, PAID])
def test_the_examples_pass_the_lint(document):
    assert [f for f in check_text(json.dumps(document), licence=False) if f.severity == "error"] == []
