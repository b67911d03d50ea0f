"""May I do this under that policy: rules, duties, conditions, conflicts."""

from datetime import datetime, timedelta

import pytest

from ckanext.nxopendata.core.timezone import CHINA
from ckanext.nxopendata.licences.odrl.constraints import holds, parse_duration, region_part_of
from ckanext.nxopendata.licences.odrl.engine import Verdict, evaluate
from ckanext.nxopendata.licences.odrl.policy import Constraint, Logical, PolicyError, read_policy

from .licence_register import REGISTER


def policy(**parts):
    return read_policy({"@type": "Set", "uid": "urn:test:policy", **parts})


def verdict(found, action, **context):
    return evaluate(found, action, context).verdict.value


class TestActions:
    def test_a_permission_covers_the_actions_it_includes(self):
        found = policy(permission=[{"action": "play"}])
        assert verdict(found, "display") == "allowed"

    def test_a_permission_does_not_cover_the_action_that_includes_it(self):
        found = policy(permission=[{"action": "display"}])
        assert verdict(found, "play") == "prohibited"

    def test_an_unknown_action_is_undetermined_even_where_everything_is_permitted(self):
        found = policy(permission=[{"action": "use"}])
        assert verdict(found, "ex:teleport") == "undetermined"

    def test_an_exact_synonym_is_the_same_action(self):
        found = policy(permission=[{"action": "cc:Distribution"}])
        assert verdict(found, "http://www.w3.org/ns/odrl/2/distribute") == "allowed"

    def test_a_deprecated_action_without_an_exact_match_grants_nothing(self):
        found = policy(permission=[{"action": "lend"}])
        assert verdict(found, "transfer") == "undetermined"

    def test_an_unknown_permitted_action_leaves_silence_undetermined(self):
        found = policy(permission=[{"action": "ex:view"}])
        assert verdict(found, "read") == "undetermined"

    def test_an_unknown_prohibited_action_casts_doubt_on_every_permission(self):
        found = policy(permission=[{"action": "use"}], prohibition=[{"action": "ex:view"}])
        assert verdict(found, "read") == "undetermined"

    def test_what_no_rule_mentions_is_not_granted(self):
        found = policy(permission=[{"action": "read"}])
        answer = evaluate(found, "sell")
        assert (answer.verdict, answer.reasons[0].code) == (Verdict.PROHIBITED, "not_granted")

    def test_use_does_not_licence_conduct_that_the_law_may_forbid(self):
        assert verdict(policy(permission=[{"action": "use"}]), "nx:reidentify") == "undetermined"

    def test_a_broad_permission_names_the_narrower_prohibitions(self):
        found = policy(permission=[{"action": "use"}], prohibition=[{"action": "cc:CommercialUse"}])
        assert evaluate(found, "use").exceptions == ("cc:CommercialUse",)


class TestDuties:
    def test_duties_come_with_the_permission(self):
        found = policy(permission=[{"action": "distribute", "duty": [{"action": "attribute"}]}])
        answer = evaluate(found, "distribute")
        assert answer.verdict is Verdict.ALLOWED_WITH_DUTIES
        assert [duty.action.name for duty in answer.duties] == ["attribute"]

    def test_the_permission_that_asks_least_decides(self):
        found = policy(permission=[{"action": "use", "duty": [{"action": "attribute"}]}, {"action": "read"}])
        assert verdict(found, "read") == "allowed"

    def test_an_obligation_of_the_policy_binds_every_use(self):
        found = policy(permission=[{"action": "read"}], obligation=[{"action": "reviewPolicy"}])
        assert [duty.action.name for duty in evaluate(found, "read").duties] == ["reviewPolicy"]

    def test_a_commercial_purpose_is_judged_too(self):
        assert verdict(REGISTER["cc-by-nc-4.0"], "distribute") == "allowed_with_duties"
        assert verdict(REGISTER["cc-by-nc-4.0"], "distribute", commercial=True) == "prohibited"
        assert verdict(REGISTER["cc-by-4.0"], "distribute", commercial=True) == "allowed_with_duties"


BOTH = {"permission": [{"action": "print"}], "prohibition": [{"action": "use"}]}


class TestConflicts:
    @pytest.mark.parametrize(
        ("strategy", "expected"),
        [("prohibit", "prohibited"), ("perm", "allowed"), ("invalid", "undetermined"), (None, "prohibited")],
    )
    def test_strategies(self, strategy, expected):
        parts = {**BOTH, **({"conflict": strategy} if strategy else {})}
        assert verdict(policy(**parts), "print") == expected

    def test_an_unknown_strategy_grants_nothing(self):
        assert verdict(policy(**BOTH, conflict="newest"), "print") == "prohibited"
        assert verdict(policy(permission=[{"action": "print"}], conflict="newest"), "print") == "undetermined"

    def test_a_prohibition_that_may_apply_makes_the_permission_uncertain(self):
        ban = {
            "action": "print",
            "constraint": [{"leftOperand": "purpose", "operator": "eq", "rightOperand": "x"}],
        }
        found = policy(permission=[{"action": "print"}], prohibition=[ban])
        assert verdict(found, "print") == "undetermined"
        assert verdict(found, "print", purpose="y") == "allowed"
        assert verdict(found, "print", purpose="x") == "prohibited"


PARENT = {"uid": "urn:test:parent", "prohibition": [{"action": "sell"}]}
CHILD = {"uid": "urn:test:child", "inheritFrom": "urn:test:parent", "permission": [{"action": "transfer"}]}


class TestInheritance:
    def test_rules_of_the_parent_hold(self):
        found = read_policy(CHILD, {"urn:test:parent": PARENT}.get)
        assert verdict(found, "sell") == "prohibited"
        assert verdict(found, "give") == "allowed"

    def test_a_missing_parent_makes_permissions_uncertain(self):
        assert verdict(read_policy(CHILD), "give") == "undetermined"

    def test_a_circle_is_refused(self):
        other = {**PARENT, "inheritFrom": "urn:test:child"}
        documents = {"urn:test:parent": other, "urn:test:child": CHILD}
        with pytest.raises(PolicyError) as caught:
            read_policy(CHILD, documents.get)
        assert caught.value.code == "inheritance_cycle"


def simple(left, operator, *right, **more):
    return Constraint(left, operator, right, **more)


class TestConstraints:
    @pytest.mark.parametrize(
        ("constraint", "context", "expected"),
        [
            (simple("purpose", "eq", "a"), {}, None),
            (simple("nonsense", "eq", "a"), {"nonsense": "a"}, None),
            (simple("purpose", "resembles", "a"), {"purpose": "a"}, None),
            (simple("purpose", "eq", reference="x"), {"purpose": "a"}, None),
            (simple("purpose", "isAnyOf", "a", "b"), {"purpose": "b"}, True),
            (simple("purpose", "isAnyOf", "a", "b"), {"purpose": "c"}, False),
            (simple("purpose", "isNoneOf", "a", "b"), {"purpose": "c"}, True),
            (simple("purpose", "isNoneOf", "a", "b"), {"purpose": ["c", "a"]}, False),
            (simple("purpose", "isAllOf", "a", "b"), {"purpose": ["b", "a"]}, True),
            (simple("purpose", "isAllOf", "a", "b"), {"purpose": ["a"]}, False),
            (simple("purpose", "isA", "research"), {"purpose": "cancer"}, None),
            (simple("purpose", "isA", "research"), {"purpose": "c", "taxonomy": {"c": "research"}}, True),
            (simple("purpose", "isA", "research"), {"purpose": "c", "taxonomy": {"c": ["trade"]}}, False),
            (simple("spatial", "isPartOf", "640000"), {"spatial": "640104"}, True),
            (simple("spatial", "isPartOf", "640100"), {"spatial": "640202"}, False),
            (simple("spatial", "hasPart", "640104"), {"spatial": ["640100"]}, True),
            (simple("count", "lteq", 10), {"count": 10}, True),
            (simple("count", "lt", "10"), {"count": "9.5"}, True),
            (simple("count", "lt", 10), {"count": "many"}, None),
            (simple("count", "lt", 10), {"count": float("nan")}, None),
            (simple("resolution", "lteq", 1200, unit="dpi"), {"resolution": 300}, None),
            (
                simple("resolution", "lteq", 1200, unit="dpi"),
                {"resolution": {"value": 300, "unit": "dpi"}},
                True,
            ),
            (simple("elapsedTime", "lt", "P1M"), {"elapsedTime": "P27D"}, True),
            (simple("elapsedTime", "lt", "P1M"), {"elapsedTime": "P30D"}, None),
            (simple("elapsedTime", "lt", "P1M"), {"elapsedTime": "P32D"}, False),
            (simple("elapsedTime", "eq", "P12M"), {"elapsedTime": "P1Y"}, True),
            (simple("dateTime", "lteq", "2027-12-31"), {"dateTime": "2027-12-31T23:59:59+08:00"}, True),
            (simple("dateTime", "lteq", "2027-12-31"), {"dateTime": "2027-12-31T16:00:00+00:00"}, False),
            (simple("dateTime", "lt", "2027-12-31T00:00:00+08:00"), {"dateTime": "2027-12-30T16:00:00Z"}, False),
            (simple("dateTime", "lt", "soon"), {"dateTime": "2027-12-30"}, None),
            (simple("dateTime", "lt", "2027-12-30"), {"dateTime": "9999-12-31T23:59:59-12:00"}, None),
        ],
    )  # fmt: skip
    def test_operators(self, constraint, context, expected):
        assert holds(constraint, context) is expected

    yes, no, unknown = simple("purpose", "eq", "a"), simple("purpose", "eq", "b"), simple("event", "eq", "x")

    @pytest.mark.parametrize(
        ("kind", "operands", "expected"),
        [
            ("and", (yes, yes), True), ("and", (yes, unknown), None), ("and", (no, unknown), False),
            ("or", (no, yes), True), ("or", (no, unknown), None), ("or", (no, no), False),
            ("xone", (yes, no), True), ("xone", (yes, yes), False), ("xone", (yes, yes, unknown), False),
            ("xone", (yes, unknown), None), ("xone", (no, no), False),
            ("andSequence", (yes, yes), None), ("andSequence", (yes, no), False), ("and", (), None),
        ],
    )  # fmt: skip
    def test_logical(self, kind, operands, expected):
        assert holds(Logical(kind, operands), {"purpose": "a"}) is expected

    def test_an_agreement_ends_at_its_very_second(self):
        end = datetime(2027, 1, 1, tzinfo=CHINA)
        constraint = simple("dateTime", "lt", end.isoformat())
        assert holds(constraint, {"dateTime": end - timedelta(seconds=1)}) is True
        assert holds(constraint, {"dateTime": end}) is False

    @pytest.mark.parametrize("text", ["", "P", "PT", "6M", "P6", "P1.5M"])
    def test_what_is_no_duration(self, text):
        assert parse_duration(text) is None

    def test_regions(self):
        assert region_part_of("640104", "CN")
        assert not region_part_of("640100", "640104")


class TestLicences:
    def test_an_unspecified_licence_never_allows(self):
        for name in ("notspecified", "other-open", "other-at", "other-closed", "other-nc"):
            for action in ("use", "read", "distribute", "derive", "cc:CommercialUse"):
                assert not evaluate(REGISTER[name], action).verdict.allows, (name, action)

    def test_a_conditional_licence_is_undetermined_without_an_agreement(self):
        assert verdict(REGISTER["nx-conditional-1.0"], "read", dateTime="2026-11-23") == "undetermined"

    @pytest.mark.parametrize("pair", [("cc-zero", "cc0-1.0"), ("odc-by", "odc-by-1.0"), ("odc-odbl", "odc-odbl-1.0")])
    def test_an_inherited_licence_answers_as_its_parent(self, pair):
        for action in ("read", "distribute", "derive", "cc:CommercialUse"):
            first, second = (evaluate(REGISTER[name], action) for name in pair)
            assert (first.verdict, first.duties) == (second.verdict, second.duties)
