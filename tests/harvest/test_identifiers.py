"""Which records have an identifier of their own, for planning and for trying a source alike."""

from __future__ import annotations

import json

import pytest

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.formats import ckan
from ckanext.nxopendata.harvest.planning.record_check import RecordCheck

from .faults.reading import read_bytes


@pytest.mark.parametrize(
    ("written", "guid"), [("a\x00b", "ab"), ("\u200b甲\ufeff", "甲"), ("\x00", None), ("a b", "a b")]
)
def test_signs_that_nobody_sees_make_no_other_record(written, guid):
    record = formats.Record(written, {}, f"https://dept.cn/{written}")
    assert record.guid == guid
    assert "\x00" not in record.position


def test_each_reason_is_its_own():
    check = RecordCheck(formats.Completeness())
    guids = [None, "a", "a", "长" * 667, "长" * 666]
    problems = [check.find_problem(formats.Record(guid, {}, "")) for guid in guids]
    codes = ["record_without_identifier", None, "identifier_repeated", "identifier_too_long", None]
    assert [problem and problem.code for problem in problems] == codes
    assert check.completeness.issues == [code for code in codes if code]
    assert check.seen == {"a", "长" * 666}


def test_of_a_ckan_site():
    dataset = {"id": "a\x00b", "title": "甲", "resources": []}
    answer = {"help": "/api/3/action/help_show", "success": True, "result": {"count": 1, "results": [dataset]}}
    result = read_bytes(
        json.dumps(answer).encode(),
        formats.entry_url(ckan.FORMAT, "https://ckan.example"),
        "application/json",
        form="ckan",
    )
    assert list(result.datasets) == ["ab"]
