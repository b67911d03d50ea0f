"""The days of the rounds and the tasks of the plan: plain rules."""

from __future__ import annotations

import calendar
import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.register.reports import reporting_periods
from ckanext.nxopendata.register.tasks import plan_tasks, wording

DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2060, 12, 31))


class TestRounds:
    @given(DAYS)
    def test_the_month_before_is_reported_until_the_second(self, day):
        found = reporting_periods.latest("monthly", day)
        before = day.replace(day=1) - dt.timedelta(days=1)
        assert found.period == before.strftime("%Y-%m")
        assert found.asked == day.replace(day=1)
        assert found.due == day.replace(day=2)
        assert found.summary == day.replace(day=5)
        assert reporting_periods.find_round("monthly", found.period) == found

    @given(DAYS)
    def test_the_year_before_is_asked_about_in_december(self, day):
        found = reporting_periods.latest("annual", day)
        assert found.asked <= day < found.asked.replace(year=found.asked.year + 1)
        assert found.asked == dt.date(int(found.period) + 1, 12, 1)
        assert found.due == dt.date(int(found.period) + 1, 12, 31)
        assert found.summary.month == 2
        assert found.summary.year == int(found.period) + 2

    @pytest.mark.parametrize(
        ("kind", "period"),
        [("weekly", "2026-10"), ("monthly", "2026"), ("monthly", "2026-13"), ("annual", "2026-10"), ("annual", "去年")],
    )
    def test_what_is_no_round_is_refused(self, kind, period):
        with pytest.raises(reporting_periods.NoSuchRoundError):
            reporting_periods.find_round(kind, period)


class TestTasks:
    def test_every_task_has_a_number_a_leader_a_date_and_both_languages(self):
        found = plan_tasks.list_tasks()
        assert len({task.code for task in found}) == len(found) >= 40
        for task in found:
            assert task.lead, task.code
            assert task.due_text, task.code
            assert all(task.title.values()), task.code
            assert all(task.section.values()), task.code

    def test_parts_two_and_three_of_the_plan_are_there(self):
        sources = " ".join(task.source for task in plan_tasks.list_tasks())
        for part, clauses in (("二", "一二三四五六七"), ("三", "一二三四五六")):
            for clause in clauses:
                assert f"{part}（{clause}）" in sources

    def test_all_that_the_plan_says_can_be_said_in_english(self):
        """Units with those who carry on their work, days in words, clauses."""
        said = {word for task in plan_tasks.list_tasks() for word in (*task.lead, *task.cooperating, task.due_text)}
        said |= {plan_tasks.successor(word) for word in said} - {plan_tasks.DEPARTMENTS}
        assert {word for word in said if word[0] != "@"} <= set(wording.list_words())
        assert not any(re.search("[\u4e00-\u9fff]", english) for english in wording.list_words().values())

    def test_the_day_in_words_and_the_day_agree(self):
        """“12月底” is the last day of December, “10月中旬” ends on the 20th, “2019年1月1日” is that day."""
        for task in plan_tasks.list_tasks():
            if task.due is None or task.due_text.startswith("政务外网"):
                continue
            assert task.due_text.startswith(f"{task.due.year}年"), task.code
            if "底" in task.due_text:
                last = calendar.monthrange(task.due.year, task.due.month)[1]
                assert task.due.day == last, task.code

    @pytest.mark.parametrize(
        ("names", "kind", "code", "place"),
        [
            (["宁夏回族自治区审计厅"], "department", "1-2", "lead"),
            (["自治区审计厅"], "department", "1-1", "lead"),
            (["统计局"], "department", "1-2", "cooperating"),
            (["银川市人民政府"], "city", "7-2", "lead"),
            (["银川市"], "city", "1-1", ""),
            (["宁东管委会"], "city", "5-9", "lead"),
            (["统计局"], "department", "7-1", ""),
            (["文化和旅游厅"], "department", "5-4", "lead"),
            (["自治区市场监督管理厅"], "department", "5-5", "lead"),
            (["盐池县人民政府"], "county", "3-3", "cooperating"),
            (["盐池县人民政府"], "county", "1-1", ""),
            (["银川市"], "city", "3-3", "cooperating"),
            (["宁东管委会"], "city", "3-3", ""),
            (["银川市综合执法局"], "local", "1-1", ""),
        ],
    )
    def test_a_unit_knows_its_tasks(self, names, kind, code, place):
        task = plan_tasks.find_task(code)
        assert task is not None
        assert task.concerns(names, kind) == place
