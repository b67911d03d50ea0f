"""Nothing that a person sees is left in English, half translated or broken."""

import pytest
from werkzeug.exceptions import default_exceptions

from ckanext.nxopendata.i18n import catalogues
from ckanext.nxopendata.i18n.__main__ import check_all

PARTS = ("core", "activity", "scheming", "dcat", "dynamic", "ours")


@pytest.fixture(scope="module")
def reports():
    return {report.name: report for report in check_all()}


@pytest.mark.parametrize("part", PARTS)
def test_every_string_is_translated_and_sound(reports, part):
    problems = [f"[{f.code}] {f.location}: {f.msgid!r}: {f.detail}" for f in reports[part].findings]
    assert not problems, "\n".join(["see docs/translating.md", *problems])
    assert reports[part].translated == reports[part].total


def test_the_check_sees_all_of_ckan(reports):
    # CKAN 2.12.0's own template has 1,213 msgids; the installed code a few more
    assert reports["core"].total + reports["activity"].total >= 1213
    assert reports["scheming"].total >= 45
    assert reports["dcat"].total >= 41


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 413, 429, 500, 503])
def test_the_error_pages_that_readers_meet_have_chinese_words(code):
    merged = catalogues.merged()
    error = default_exceptions[code]
    assert merged.get(error().name)
    assert merged.get(error.description)
