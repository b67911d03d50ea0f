"""The arithmetic of the evaluation, the sample of the audit: plain rules."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.register.audit import sampling
from ckanext.nxopendata.register.evaluation import scoring
from ckanext.nxopendata.register.evaluation.scoring import Count

INDICATORS = scoring.rules()[0]
COUNTS = st.integers(0, 500).flatmap(lambda all_: st.tuples(st.integers(0, all_), st.just(all_)))


class TestScores:
    def test_the_weights_are_a_hundred_and_every_text_is_there_in_both_languages(self):
        assert sum(each.weight for each in INDICATORS) == 100
        for each in INDICATORS:
            assert 0 <= each.zero < each.full <= 100, each.key
            for texts in (each.name, each.numerator, each.denominator, each.advice):
                assert texts["zh"], each.key
                assert texts["en"], each.key

    @given(st.sampled_from(INDICATORS), COUNTS)
    def test_points_lie_between_none_and_all(self, indicator, count):
        made = scoring.score(indicator, Count(*count))
        if count[1] == 0:
            assert made.points is None
            return
        assert made.points is not None and made.percent is not None
        assert 0 <= made.points <= indicator.weight
        if made.percent >= indicator.full:
            assert made.points == indicator.weight

    @given(st.lists(COUNTS, min_size=len(INDICATORS), max_size=len(INDICATORS)))
    def test_what_is_not_assessed_is_never_counted_as_nothing(self, counts):
        scores = [scoring.score(each, Count(*count)) for each, count in zip(INDICATORS, counts, strict=True)]
        total = scoring.total((each.indicator.weight, each.points) for each in scores)
        assessed = [each for each in scores if each.points is not None]
        alone = scoring.total((each.indicator.weight, each.points) for each in assessed)
        assert total == alone
        assert (total is None) == (not assessed)

    def test_all_good_is_a_hundred_whatever_is_missing(self):
        for missing in INDICATORS:
            scores = [scoring.score(each, Count(7, 7)) for each in INDICATORS if each is not missing]
            assert scoring.total((each.indicator.weight, each.points) for each in scores) == Decimal("100.00")

    def test_a_correction_keeps_the_weights_and_says_what_was_before(self):
        stored = scoring.score_to_json(scoring.score(INDICATORS[0], Count(1, 4))) | {"weight": "40"}
        once = scoring.adjusted(stored, 2, 4, "一个系统登记在册")
        twice = scoring.adjusted(once, 0, 0, "不适用")
        assert once["points"] == str(scoring.rounded(Decimal(40) * Decimal(once["reached"]) / 100))
        assert once["adjusted"] == {"from": [1, 4], "reason": "一个系统登记在册"}
        assert twice["points"] is None
        assert twice["adjusted"]["from"] == [1, 4]

    @pytest.mark.parametrize(
        ("total", "grade"),
        [("100.00", "优秀"), ("90.00", "优秀"), ("89.99", "良好"), ("60.00", "合格"), ("0.00", "待改进")],
    )
    def test_grades(self, total, grade):
        assert scoring.grade(Decimal(total))["zh"] == grade

    def test_no_total_no_grade(self):
        assert scoring.grade(None) == {}


class TestSamples:
    @given(st.sets(st.text(min_size=1, max_size=8), max_size=40), st.integers(1, 50), st.text(max_size=8))
    def test_it_is_drawn_again_with_the_same_seed(self, ids, size, seed):
        drawn = sampling.sample(ids, size, seed)
        assert drawn == sampling.sample(sorted(ids, reverse=True), size, seed)
        assert len(drawn) == len(set(drawn)) == min(size, len(ids))
        assert set(drawn) <= ids

    def test_another_seed_draws_others(self):
        ids = [f"id-{number}" for number in range(200)]
        assert sampling.sample(ids, 20, "2026") != sampling.sample(ids, 20, "2027")

    def test_a_formula_stays_text_in_a_file(self):
        assert "'=1+1" in sampling.as_csv([["a"], ["=1+1"]]).decode("utf-8-sig")
