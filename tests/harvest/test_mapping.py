"""From a source's words to ours; merging with what people edited; what a plan decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.harvest.formats import Completeness
from ckanext.nxopendata.harvest.mapping import codes, converters, mapper, rules, tables
from ckanext.nxopendata.harvest.mapping.mapper import Bounds
from ckanext.nxopendata.harvest.mapping.rules import Rule
from ckanext.nxopendata.harvest.planning import dataset_builder, decisions, merge
from ckanext.nxopendata.harvest.withdrawal.limit import WithdrawalLimit

ZH = {"@value": "景区名录", "@language": "zh"}
EN = {"@value": "Scenic spots", "@language": "en"}


def convert(kind, values, **rule):
    problems = []
    result = converters.CONVERTERS[kind](values, Rule(("x",), kind, **rule), rules.FieldReport(problems, "field"))
    return result, [problem.code for problem in problems]


class TestValues:
    def test_texts_by_language(self):
        assert convert("localised", [ZH, EN])[0] == {"zh": "景区名录", "en": "Scenic spots"}
        assert convert("localised", ["名录", EN])[0] == {"zh": "名录", "en": "Scenic spots"}
        assert convert("localised", [{"@value": "名录", "@language": "zh-hans"}])[0] == {"zh": "名录"}

    def test_keywords_with_separators_and_signs_that_ckan_refuses(self):
        tags, _ = convert("tags", ["旅游、景区；5A·级", "旅游"])
        assert tags == [{"name": "5A 级"}, {"name": "旅游"}, {"name": "景区"}]

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("6", "6"),
            ("每年", "6"),
            ("Yearly", "6"),
            ({"@id": "http://publications.europa.eu/resource/authority/frequency/ANNUAL"}, "6"),
            ("http://purl.org/cld/freq/annual", "6"),
        ],
    )
    def test_a_code_in_the_ways_it_is_written(self, written, code):
        rule = tables.load("dcat").dataset["nx_update_cycle"]
        assert codes.as_code([written], rule, rules.FieldReport([], "f")) == code

    def test_an_unknown_code_is_left_out_and_reported(self):
        assert convert("code", ["看情况"], codelist="update_cycle") == (None, ["code_unknown"])

    @pytest.mark.parametrize(
        ("written", "day"),
        [
            ("2024-05-31", "2024-05-31"),
            ("2024/5/1", "2024-05-01"),
            ("2024年5月31日", "2024-05-31"),
            ("20240531", "2024-05-31"),
            ("2024-05-31T20:00:00Z", "2024-06-01"),
            ("43028", "2017-10-20"),
            ("2017年第三季度", None),
            ("2017.10", None),
            ("2024-13-01", None),
            ("去年", None),
        ],
    )
    def test_days(self, written, day):
        result, problems = convert("date", [written])
        assert result == day
        assert problems == ([] if day else ["date_unreadable"])

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", "", "C:\\a.csv"])
    def test_addresses_a_browser_would_run_are_left_out(self, url):
        assert convert("url", [url or " "])[0] is None

    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("text/csv", "CSV"),
            ({"@id": "https://www.iana.org/assignments/media-types/text/csv"}, "CSV"),
            ({"@id": "http://publications.europa.eu/resource/authority/file-type/XLSX"}, "XLSX"),
            ("geojson", "GeoJSON"),
            (".et", "ET"),
        ],
    )
    def test_formats(self, written, name):
        assert convert("format", [written])[0] == name

    @given(st.text())
    def test_no_text_breaks_a_converter(self, text):
        for kind in converters.CONVERTERS:
            convert(kind, [text], codelist="theme")
            convert(kind, [{"@id": text}], codelist="theme")

    def test_control_characters_that_the_database_refuses_are_removed(self):
        assert convert("text", ["a\x00b\x0b"])[0] == "ab"


class TestRecords:
    def record(self, **values):
        return {"dct:title": [ZH], **values}

    def test_a_record_without_title_is_refused(self):
        mapped = mapper.map_record(tables.load("dcat"), "g", {"dct:description": [ZH]})
        assert mapped.refused
        assert [(p.code, p.field, p.guid) for p in mapped.problems] == [("field_missing", "title_translated", "g")]

    def test_of_ten_thousand_files_the_first_thousand_are_taken_and_it_is_told(self):
        raw = self.record(**{"dcat:distribution": [{"dct:title": [f"{n}"]} for n in range(10_000)]})
        mapped = mapper.map_record(tables.load("dcat"), "g", raw)
        assert not mapped.refused
        assert [file["name"] for file in mapped.dataset["resources"]] == [f"{n}" for n in range(1_000)]
        (told,) = [problem for problem in mapped.problems if problem.code == "too_many_entries"]
        assert told.params == {"number": 10_000, "limit": 1_000}

    def test_of_fifty_thousand_keywords_five_hundred_are_taken_and_it_is_told(self):
        raw = self.record(**{"dcat:keyword": [f"词{n}" for n in range(50_000)]})
        mapped = mapper.map_record(tables.load("dcat"), "g", raw, Bounds())
        assert (mapped.refused, len(mapped.dataset["tags"])) == (False, 500)
        (told,) = [problem for problem in mapped.problems if problem.code == "too_many_entries"]
        assert (told.field, told.params) == ("tags", {"number": 50_000, "limit": 500})

    def test_the_licence_is_kept_in_the_words_of_the_source(self):
        mapped = mapper.map_record(tables.load("dcat"), "g", self.record(**{"dct:license": ["按《办法》使用"]}))
        data = dataset_builder.build_dataset(
            mapped.dataset,
            dataset_id=dataset_builder.make_dataset_id("s", "g"),
            organization_id="o",
            read_licence={"CC BY": "cc-by"}.get,
        )
        assert data["nx_license_verbatim"] == "按《办法》使用"
        assert "license_id" not in data

    def test_files_keep_their_ids_when_order_or_host_change(self):
        def ids(*urls):
            mapped = {"resources": [{"url": url, "name": "x"} for url in urls]}
            data = dataset_builder.build_dataset(
                mapped,
                dataset_id=dataset_builder.make_dataset_id("s", "g"),
                organization_id="o",
                read_licence=lambda _: None,
            )
            return {r["url"].rpartition("/")[2]: r["id"] for r in data["resources"]}

        assert ids("http://a.example/1.csv", "http://a.example/2.csv") == ids(
            "https://b.example/2.csv", "https://b.example/1.csv"
        )

    def test_two_files_at_one_address_are_two_files(self):
        mapped = {"resources": [{"url": "http://a/1"}, {"url": "http://a/1"}]}
        data = dataset_builder.build_dataset(
            mapped,
            dataset_id=dataset_builder.make_dataset_id("s", "g"),
            organization_id="o",
            read_licence=lambda _: None,
        )
        assert len({r["id"] for r in data["resources"]}) == 2


BASE = {"title": "甲", "notes": "旧", "tags": [{"name": "一"}], "resources": [{"id": "r", "name": "表"}]}


class TestMerge:
    def test_what_nobody_touched_follows_the_source(self):
        merged, kept = merge.datasets(BASE, {**BASE, "name": "jia"}, {**BASE, "notes": "新"})
        assert (merged["notes"], merged["name"], kept) == ("新", "jia", [])

    def test_a_persons_edit_is_kept_and_named(self):
        merged, kept = merge.datasets(BASE, {**BASE, "notes": "人改的"}, {**BASE, "notes": "新"})
        assert (merged["notes"], kept) == ("人改的", ["notes"])

    def test_the_same_edit_on_both_sides_is_no_conflict(self):
        merged, kept = merge.datasets(BASE, {**BASE, "notes": "新"}, {**BASE, "notes": "新"})
        assert (merged["notes"], kept) == ("新", [])

    def test_a_field_the_source_dropped_goes_unless_a_person_changed_it(self):
        new = {key: value for key, value in BASE.items() if key != "notes"}
        assert "notes" not in merge.datasets(BASE, dict(BASE), new)[0]
        merged, kept = merge.datasets(BASE, {**BASE, "notes": "人改的"}, new)
        assert (merged["notes"], kept) == ("人改的", ["notes"])

    def test_files_a_person_added_stay_and_files_a_person_removed_stay_away(self):
        current = {**BASE, "resources": [{"id": "p", "name": "人加的"}]}
        merged, kept = merge.datasets(BASE, current, BASE)
        assert [resource["id"] for resource in merged["resources"]] == ["p"]
        assert kept == ["resources[1]"]

    def test_ckans_way_of_showing_tags_is_no_edit(self):
        shown = [{"name": "一", "id": "x", "display_name": "一", "state": "active", "vocabulary_id": None}]
        merged, kept = merge.datasets(BASE, {**BASE, "tags": shown}, {**BASE, "tags": [{"name": "二"}]})
        assert (merged["tags"], kept) == ([{"name": "二"}], [])


class TestPlan:
    def known(self, state="present", content="h"):
        return decisions.Known("g", "id", content, state)

    def test_decisions(self):
        assert decisions.decide("h", None) == "create"
        assert decisions.decide("h", self.known()) == "unchanged"
        assert decisions.decide("new", self.known()) == "update"
        assert decisions.decide("h", self.known("withdrawn")) == "restore"

    def proof(self, **values):
        return decisions.find_issues(Completeness(**{"pages": 1, "records": 5, "closed": True, **values}))

    def test_a_whole_reading_is_proof(self):
        assert self.proof() == []
        assert self.proof(declared_total=5) == []

    @pytest.mark.parametrize(
        ("values", "issue"),
        [
            ({"closed": False}, "reading_not_finished"),
            ({"records": 0}, "catalogue_empty"),
            ({"declared_total": 6}, "total_not_reached"),
            ({"issues": ["record_without_identifier"]}, "record_without_identifier"),
        ],
    )
    def test_anything_less_is_not(self, values, issue):
        assert issue in self.proof(**values)

    @pytest.mark.parametrize(
        ("withdrawals", "present", "held"),
        [(0, 0, False), (1, 10, False), (2, 10, True), (20, 1000, False), (21, 1000, True), (1, 1, True)],
    )
    def test_the_fuse(self, withdrawals, present, held):
        assert WithdrawalLimit().is_exceeded(withdrawals, present) is held

    @given(st.sets(st.text(max_size=3)), st.sets(st.text(max_size=3)))
    def test_what_vanished_is_what_was_present_and_not_seen(self, present, seen):
        known = [decisions.Known(guid, guid, "h", "present") for guid in present] + [
            decisions.Known("w", "w", "h", "withdrawn")
        ]
        assert {entry.guid for entry in decisions.find_vanished(known, seen)} == present - seen


@pytest.mark.parametrize(("form", "items"), [("ckan", "nx_items"), ("nxopendata", "nx_items"), ("dcat", "nx:item")])
def test_an_information_item_without_a_name_ends_only_itself(form, items):
    prefix = {"name": "nx:itemName", "type": "nx:itemType"} if form == "dcat" else {"name": "name", "type": "type"}
    entries = [{prefix["type"]: ["C"]}, {prefix["name"]: ["代码"]}, {prefix["type"]: [""]}]
    raw = {"title_translated": {"zh": "甲"}, "notes_translated": {"zh": "说明"}, "dct:title": ["甲"], items: entries}
    mapped = mapper.map_record(tables.load(form), "1", raw | {"dct:description": ["说明"]})
    assert (mapped.refused, mapped.dataset["nx_items"]) == (False, [{"name": "代码"}])
    assert [(p.code, p.field, p.params["value"]) for p in mapped.problems] == [("entry_without_name", "nx_items", "C")]
