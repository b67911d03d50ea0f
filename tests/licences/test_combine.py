"""May these be put together: published tables, and laws that must hold for any policies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.licences.odrl.combine import REPORTED, Operation, combine, may_become
from ckanext.nxopendata.licences.odrl.engine import Verdict, evaluate
from ckanext.nxopendata.licences.odrl.policy import read_policy

from .licence_register import REGISTER, table

MARKS = {"allowed": "y", "prohibited": "n", "undetermined": "?"}

#: Where this project is more cautious than the table it was given; the reasons are in docs/licences.md.
MORE_CAUTIOUS = {
    ("odc-by-1.0", "cc-by-nc-4.0"): "ODC-By 4.2(a), 4.4",
    ("odc-by-1.0", "nx-open-1.0"): "ODC-By 4.2(a), 4.4",
    ("nx-open-1.0", "cc-by-nc-4.0"): "the conduct clauses are lost as with CC BY",
}


class TestPublishedTables:
    @pytest.mark.parametrize(("source", "outbound", "expected"), table("matrix.csv"))
    def test_matrix_of_derivatives(self, source, outbound, expected):
        found = MARKS[may_become(REGISTER[source], REGISTER[outbound]).verdict]
        if (source, outbound) in MORE_CAUTIOUS:
            assert (found, expected) == ("?", "y")
        else:
            assert found == expected

    @pytest.mark.parametrize(("source", "outbound", "expected"), table("cc_chart.csv"))
    def test_creative_commons_chart_of_adapters_licences(self, source, outbound, expected):
        assert MARKS[may_become(REGISTER[source], REGISTER[outbound]).verdict] == expected

    @pytest.mark.parametrize(("first", "second", "expected"), table("cc_remix.csv"))
    def test_creative_commons_chart_of_remixes(self, first, second, expected):
        found = combine([REGISTER[first], REGISTER[second]], Operation.DERIVE, REGISTER)
        assert MARKS[found.verdict] == expected


class TestEveryPair:
    @pytest.mark.parametrize("operation", list(Operation))
    def test_every_pair_has_an_answer_with_reasons(self, operation):
        for first in REGISTER:
            for second in REGISTER:
                found = combine([first, second], operation, REGISTER)
                assert found.verdict in MARKS
                assert bool(found.conflicts) is (found.verdict is not Verdict.ALLOWED), (first.id, second.id)
                assert not set(found.permitted) & set(found.prohibited)

    def test_a_conflict_names_the_two_rules(self):
        sources = [REGISTER["cc-by-sa-4.0"], REGISTER["cc-by-nc-4.0"]]
        conflict = combine(sources, Operation.DERIVE, REGISTER).conflicts[0]
        assert (conflict.first.rule, conflict.second.rule) == (
            "cc-by-sa-4.0#permission/1/0",
            "cc-by-nc-4.0#prohibition/0/0",
        )

    def test_side_by_side_is_allowed_where_merging_is_not(self):
        sources = [REGISTER["cc-by-sa-4.0"], REGISTER["cc-by-nc-4.0"]]
        assert combine(sources, Operation.COLLECT, REGISTER).verdict is Verdict.ALLOWED
        assert combine(sources, Operation.DERIVE, REGISTER).verdict is Verdict.PROHIBITED

    def test_a_commercial_purpose_counts(self):
        sources = [REGISTER["cc-by-nc-4.0"]]
        assert combine(sources, Operation.USE, REGISTER, {"commercial": True}).verdict is Verdict.PROHIBITED

    def test_nothing_to_combine_is_undetermined(self):
        assert combine([], Operation.USE, REGISTER).verdict is Verdict.UNDETERMINED

    def test_duties_are_united(self):
        found = combine([REGISTER["cc-by-4.0"], REGISTER["nx-open-1.0"]], Operation.DERIVE, REGISTER)
        assert {(licence, duty.action.name) for licence, duty in found.duties} >= {
            ("cc-by-4.0", "attribute"),
            ("nx-open-1.0", "attribute"),
        }
        assert found.permitted_licences == ("nx-open-1.0",)


RIGHTS = ["use", "read", "reproduce", "distribute", "derive", "aggregate", "cc:CommercialUse", "ex:unknown"]
DUTIES = ["attribute", "cc:Notice", "cc:ShareAlike", "nx:reportUsage"]
CONSTRAINT = st.fixed_dictionaries(
    {
        "leftOperand": st.sampled_from(["purpose", "dateTime", "spatial", "mystery"]),
        "operator": st.sampled_from(["eq", "neq", "lt", "isAnyOf", "isPartOf", "odd"]),
        "rightOperand": st.sampled_from(["a", "b", "2027-01-01", "640100"]),
    }
)
RULE = st.fixed_dictionaries(
    {
        "action": st.lists(st.sampled_from(RIGHTS), min_size=1, max_size=3),
        "constraint": st.lists(CONSTRAINT, max_size=1),
    }
)
PERMISSION = st.builds(
    lambda rule, duties: {**rule, "duty": [{"action": duty} for duty in duties]},
    RULE,
    st.lists(st.sampled_from(DUTIES), max_size=2, unique=True),
)
DOCUMENT = st.fixed_dictionaries(
    {
        "permission": st.lists(PERMISSION, max_size=3),
        "prohibition": st.lists(RULE, max_size=2),
        "silence": st.sampled_from(["prohibited", "undetermined"]),
        "conflict": st.sampled_from(["prohibit", "perm", "invalid"]),
    }
)


@st.composite
def policy_lists(draw):
    documents = draw(st.lists(DOCUMENT, min_size=1, max_size=4))
    own = [read_policy({"uid": f"urn:p{number}", **document}) for number, document in enumerate(documents)]
    listed = draw(st.lists(st.sampled_from(list(REGISTER)), max_size=3))
    return [*own, *listed]


CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "purpose": st.sampled_from(["a", "b"]),
        "dateTime": st.just("2026-11-23T00:00:00+08:00"),
        "spatial": st.sampled_from(["640104", "640000"]),
        "commercial": st.booleans(),
    },
)
OPERATIONS = st.sampled_from(list(Operation))


class TestLaws:
    @given(policy_lists(), OPERATIONS, CONTEXTS, st.randoms())
    @settings(max_examples=150, deadline=None)
    def test_the_order_does_not_matter(self, policies, operation, context, random):
        shuffled = policies[:]
        random.shuffle(shuffled)
        assert combine(policies, operation, REGISTER, context) == combine(shuffled, operation, REGISTER, context)

    @given(policy_lists(), policy_lists(), policy_lists(), OPERATIONS, CONTEXTS)
    @settings(max_examples=80, deadline=None)
    def test_the_grouping_does_not_matter(self, a, b, c, operation, context):
        """A group is no better than its worst pair of members, whichever way the groups are formed."""
        whole = combine([*a, *b, *c], operation, REGISTER, context)
        left = combine([*[*a, *b], *c], operation, REGISTER, context)
        right = combine([*a, *[*b, *c]], operation, REGISTER, context)
        assert whole.verdict == left.verdict == right.verdict
        for part in (a, b, c, [*a, *b], [*b, *c]):
            assert combine(part, operation, REGISTER, context).verdict.severity <= whole.verdict.severity

    @given(policy_lists(), DOCUMENT, OPERATIONS, CONTEXTS)
    @settings(max_examples=150, deadline=None)
    def test_another_policy_never_adds_a_permission(self, policies, document, operation, context):
        before = combine(policies, operation, REGISTER, context)
        added = read_policy({"uid": "urn:added", **document})
        after = combine([*policies, added], operation, REGISTER, context)
        assert set(after.permitted) <= set(before.permitted)
        assert set(after.permitted_licences) <= set(before.permitted_licences)
        assert after.verdict.severity >= before.verdict.severity

    @given(policy_lists(), OPERATIONS, CONTEXTS)
    @settings(max_examples=150, deadline=None)
    def test_what_one_prohibits_the_combination_does_not_permit(self, policies, operation, context):
        found = combine(policies, operation, REGISTER, context)
        for policy in policies:
            for action in REPORTED:
                verdict = evaluate(policy, action, context).verdict
                if not verdict.allows:
                    assert action not in found.permitted
                if verdict is Verdict.PROHIBITED:
                    assert action in found.prohibited

    @given(DOCUMENT, st.sampled_from(RIGHTS), CONTEXTS, CONTEXTS)
    @settings(max_examples=300, deadline=None)
    def test_knowing_less_never_turns_a_refusal_into_a_permission(self, document, action, known, more):
        policy = read_policy({"uid": "urn:p", **document})
        full = {**known, **more}
        part = {key: value for key, value in full.items() if key in ("commercial",)}
        if evaluate(policy, action, part).verdict.allows:
            assert evaluate(policy, action, full).verdict.allows

    @given(DOCUMENT, CONTEXTS)
    @settings(max_examples=150, deadline=None)
    def test_unknown_words_are_never_allowed(self, document, context):
        policy = read_policy({"uid": "urn:p", **document})
        assert evaluate(policy, "ex:unknown", context).verdict is Verdict.UNDETERMINED
