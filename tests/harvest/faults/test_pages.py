"""Pages of other sites that are broken or not all public: what is whole is read, and the doubt is told."""

from __future__ import annotations

import json

import pytest

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FormatError

from .reading import read_bytes

SEARCH = formats.entry_url(formats.get_format("ckan"), "https://ckan.example")


def answer(*entries, count=None):
    results = ",\n".join(entry if isinstance(entry, str) else json.dumps(entry) for entry in entries)
    count = len(entries) if count is None else count
    return f'{{"success": true, "result": {{"count": {json.dumps(count)}, "results": [\n{results}\n]}}}}'.encode()


def dataset(key, **more):
    return {"id": key, "name": key, "title": f"数据集{key}", "notes": "说明", "resources": []} | more


def read(body):
    return read_bytes(body, SEARCH, "application/json", form="ckan")


class TestCkan:
    def test_of_a_page_that_is_no_json_the_whole_datasets_are_read(self):
        result = read(answer(dataset("a"), '{"id": "b", "title": "引号"不对", "resources": []}', dataset("c")))
        assert result.datasets.keys() == {"a", "c"}
        broken = next(problem for problem in result.problems if problem.code == "record_broken")
        assert broken.params["line"] == 3
        assert "records_unreadable" in result.completeness.issues

    @pytest.mark.parametrize("entry", [None, "text", 7, [], ["b"]])
    def test_what_is_no_dataset_among_the_datasets_ends_no_other(self, entry):
        result = read(answer(dataset("a"), json.dumps(entry), dataset("c")))
        assert result.datasets.keys() == {"a", "c"}
        assert "entry_no_dataset" in result.codes()
        assert "entry_no_dataset" in result.completeness.issues

    def test_a_count_written_as_text_is_a_count(self):
        result = read(answer(dataset("a"), count="1"))
        assert result.datasets.keys() == {"a"}
        assert result.completeness.closed

    @pytest.mark.parametrize("wish", ["include_private=true", "include_drafts=true&include_deleted=true"])
    def test_what_is_not_public_is_never_asked_for(self, wish):
        asked = formats.entry_url(
            formats.get_format("ckan"), f"https://ckan.example/api/3/action/package_search?{wish}"
        )
        assert "include" not in asked

    def test_a_page_without_datasets_before_the_end_is_said_to_be_empty(self):
        result = read(answer(count=5))
        assert [(p.code, p.params) for p in result.problems] == [("page_empty", {"seen": 0, "total": 5})]
        assert result.completeness.issues == ["page_empty"]
        assert not result.completeness.closed


CSW = "https://dept.example/csw?request=GetRecords"
NO_CATALOGUE = {
    "a page to sign in": (
        "<!DOCTYPE html><html><style>p{}</style><body><p>请登录</p></body></html>",
        "text/html",
        "请登录",
    ),
    "a page without a type": ("<html><title>404</title>没有这个页面</html>", "text/xml", "404 没有这个页面"),
    "a sentence": ("系统繁忙，请稍后再试", "text/plain", "系统繁忙，请稍后再试"),
    "a sentence in GBK": ("系统繁忙，请稍后再试".encode("gbk"), "text/plain", "系统繁忙，请稍后再试"),
    "an error in JSON": ('{"code": 401, "msg": "未登录"}', "application/json", '{"code": 401, "msg": "未登录"}'),
    "an error in XML": ("<Error><Code>AccessDenied</Code></Error>", "text/xml", "AccessDenied"),
    "nothing": ("", "application/json", ""),
    "blanks": (" \r\n ", "text/xml", ""),
}


@pytest.mark.parametrize("form", ["datajson", "csw", "gbt21063", "workbook", "dcat"])
@pytest.mark.parametrize("what", NO_CATALOGUE)
def test_what_is_no_catalogue_is_not_said_to_be_a_broken_one(what, form):
    written, media_type, said = NO_CATALOGUE[what]
    body = written if isinstance(written, bytes) else written.encode()
    with pytest.raises(FormatError) as raised:
        read_bytes(body, CSW if form == "csw" else "https://dept.example/x", media_type, form=form)
    if form == "csw" and what == "an error in XML":
        assert raised.value.code == "csw_not_an_answer"
        return
    assert (raised.value.code, raised.value.params["answer"]) == ("answer_no_catalogue", said)


@pytest.mark.parametrize("form", ["ckan", "nxopendata"])
def test_a_page_to_sign_in_is_no_answer_of_an_interface(form):
    url = SEARCH if form == "ckan" else "https://other.example/api/3/action/nx_changes_list?limit=100"
    with pytest.raises(FormatError) as raised:
        read_bytes(b"<html><body>login</body></html>", url, "text/html", form=form)
    assert raised.value.code == "answer_no_catalogue"


def test_a_document_with_a_document_type_that_is_no_page_is_told_as_such():
    with pytest.raises(FormatError) as raised:
        read_bytes(b'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "b">]><c/>', CSW, "text/xml", form="csw")
    assert raised.value.code == "xml_doctype"
