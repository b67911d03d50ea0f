"""Pages of other sites that are broken or not all public: what is whole is read, and the doubt is told."""

from __future__ import annotations

import json

import pytest

from ckanext.nxopendata.harvest import formats

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
