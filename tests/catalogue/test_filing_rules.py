"""The filing rules of the 1272 guide between fields, without a database."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.catalogue.schema import filing_rules, resource_codes

TODAY = dt.date(2026, 11, 23)


def found(**fields: Any) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.field, finding.level) for finding in filing_rules.check(fields, TODAY)]


class TestSharing:
    @pytest.mark.parametrize("condition", ["", None, "无", " / ", "暂无"])
    def test_not_shared_needs_its_basis(self, condition: str | None) -> None:
        assert found(nx_share_type="3", nx_share_condition=condition) == [
            ("share_basis_missing", "nx_share_condition", "error")
        ]

    def test_not_shared_with_its_basis(self) -> None:
        assert found(nx_share_type="3", nx_share_condition="《中华人民共和国统计法》第九条") == []

    def test_conditional_needs_its_condition(self) -> None:
        assert found(nx_share_type="2") == [("share_condition_missing", "nx_share_condition", "error")]

    @pytest.mark.parametrize("condition", ["", "无条件"])
    def test_unconditional_needs_none(self, condition: str) -> None:
        assert found(nx_share_type="1", nx_share_condition=condition) == []

    def test_unconditional_with_a_condition_is_told(self) -> None:
        assert found(nx_share_type="1", nx_share_condition="仅限公安机关") == [
            ("share_condition_on_unconditional", "nx_share_condition", "warning")
        ]

    def test_not_shared_and_open_contradict(self) -> None:
        assert found(nx_share_type="3", nx_share_condition="《保密法》第九条", nx_is_open="1") == [
            ("not_shared_but_open", "nx_is_open", "error")
        ]

    def test_important_data_is_not_opened(self) -> None:
        assert found(nx_data_level="2", nx_is_open="1") == [("level_forbids_opening", "nx_is_open", "error")]


class TestGrading:
    def test_the_strictest_wins(self) -> None:
        item = {"name": "病种", "grade": "3"}
        assert found(nx_data_level="1", nx_general_level="3", nx_items=[item]) == []
        assert found(nx_general_level="2", nx_items=[item]) == [
            ("item_graded_above_dataset", "nx_general_level", "error")
        ]
        core = {"name": "管线", "grade": "core"}
        assert found(nx_data_level="2", nx_items=[core]) == [("item_graded_above_dataset", "nx_data_level", "error")]

    def test_important_data_is_neither_opened_nor_shared_without_conditions(self) -> None:
        assert found(nx_data_level="2", nx_share_type="1") == [("level_forbids_sharing", "nx_share_type", "error")]
        item = {"name": "管线", "grade": "important", "is_open": "1"}
        assert found(nx_items=[item]) == [("item_grade_forbids_opening", "nx_items.0.is_open", "error")]
        assert found(nx_data_level="2", nx_general_level="1") == [
            ("general_level_of_restricted", "nx_general_level", "error")
        ]

    def test_the_gravest_general_data_is_opened_on_conditions(self) -> None:
        graded = {"nx_data_level": "1", "nx_general_level": "4", "nx_is_open": "1"}
        assert found(**graded, nx_open_condition="实名申请") == []
        assert found(**graded) == [("general_level_needs_condition", "nx_open_condition", "error")]


class TestMethod:
    @pytest.mark.parametrize(
        ("category", "method", "fits"),
        [("1", "2", True), ("2", "3", False), ("3", "1", True), ("3", "2", False), ("6", "3", True), ("7", "2", False)],
    )
    def test_the_platform_hands_over_what_the_format_is(self, category: str, method: str, fits: bool) -> None:
        findings = found(nx_format_category=category, nx_share_method_category="platform", nx_share_method=method)
        assert findings == ([] if fits else [("method_does_not_fit_format", "nx_share_method", "error")])

    def test_without_the_platform_there_is_no_method(self) -> None:
        assert found(nx_share_method_category="mail", nx_share_method="2") == [
            ("method_needs_platform", "nx_share_method", "error")
        ]


class TestFormat:
    def test_a_table_may_be_given_as_a_map_too(self) -> None:
        assert found(nx_format_category="2", nx_format_type="csv、geojson") == []

    def test_a_type_belongs_to_its_category(self) -> None:
        assert found(nx_format_category="1", nx_format_type="XLSX") == [
            ("format_type_of_other_category", "nx_format_type", "error")
        ]

    @pytest.mark.parametrize(("category", "kind"), [("2", "xlsx、csv"), ("3", "GaussDB"), ("6", "表格驱动码")])
    def test_right_and_unlisted_types_pass(self, category: str, kind: str) -> None:
        assert found(nx_format_category=category, nx_format_type=kind) == []


class TestItems:
    def test_an_item_is_listed_once(self) -> None:
        items = [{"name": "景区名称"}, {"name": "等级"}, {"name": "景区 名称"}]
        assert found(nx_items=items) == [("item_twice", "nx_items.2.name", "error")]

    def test_an_item_is_not_wider_than_its_dataset(self) -> None:
        assert found(nx_is_open="0", nx_items=[{"name": "电话", "is_open": "1"}]) == [
            ("item_wider_than_dataset", "nx_items.0.is_open", "error")
        ]

    @pytest.mark.parametrize("length", ["20", "10,2", "5，2"])
    def test_lengths(self, length: str) -> None:
        assert found(nx_items=[{"name": "金额", "length": length}]) == []

    def test_a_length_in_words_is_told(self) -> None:
        assert found(nx_items=[{"name": "金额", "length": "二十"}]) == [
            ("item_length_not_a_number", "nx_items.0.length", "warning")
        ]


class TestCodes:
    def test_a_dataset_does_not_relate_to_itself(self) -> None:
        assert found(nx_resource_code="214001/1", nx_related_codes=["214001/1"]) == [
            ("related_to_itself", "nx_related_codes", "error")
        ]

    def test_related_codes_have_their_shape(self) -> None:
        assert found(nx_related_codes=["景区"]) == [("related_code_malformed", "nx_related_codes", "error")]

    @pytest.mark.parametrize(
        ("class_code", "first_part"),
        [(None, "364000"), ("3", "300000"), ("214", "214000"), ("214001", "214001"), ("214001ab", "214001ab")],
    )
    def test_a_prefix_has_class_item_and_catalogue(self, class_code: str | None, first_part: str) -> None:
        assert resource_codes.prefix(class_code, "364") == first_part

    @pytest.mark.parametrize("class_code", ["4", "2a", "214001; DROP", "214-01"])
    def test_no_prefix_of_anything_else(self, class_code: str) -> None:
        with pytest.raises(ValueError, match=class_code):
            resource_codes.prefix(class_code, "364")


class TestDates:
    def test_publication_is_not_in_the_future(self) -> None:
        assert found(nx_publish_date="2026-11-24") == [("published_in_future", "nx_publish_date", "error")]

    @pytest.mark.parametrize(
        ("start", "end", "right"),
        [
            ("2020", "2020-05", True),
            ("2020-06", "2020", True),
            ("2021", "2020-05", False),
            ("2020-02", "2020-01", False),
        ],
    )
    def test_periods_of_any_precision(self, start: str, end: str, right: bool) -> None:
        findings = found(nx_temporal_start=start, nx_temporal_end=end)
        assert findings == ([] if right else [("ends_before_it_starts", "nx_temporal_end", "error")])


class TestSameTitle:
    @pytest.mark.parametrize(
        "title",
        ["宁夏A级旅游景区名录", "宁夏 Ａ级·旅游景区名录", "宁夏a级旅游景区（名录）", "《宁夏A级旅游景区名录》"],
    )
    def test_spaces_punctuation_width_and_case_do_not_count(self, title: str) -> None:
        assert filing_rules.title_key(title) == "宁夏a级旅游景区名录"

    def test_years_and_the_round_zero_count(self) -> None:
        assert filing_rules.title_key("二〇二〇年人口") != filing_rules.title_key("二二年人口")

    @given(st.text(min_size=1))
    def test_it_is_never_empty(self, title: str) -> None:
        assert filing_rules.title_key(title)

    @given(
        st.text("宁夏景区名录AZ09〇々", min_size=1), st.text(" 　，。、·（）《》“”-—.,()/\u200b", min_size=1), st.data()
    )
    def test_punctuation_anywhere_changes_nothing(self, title: str, marks: str, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(title)))
        assert filing_rules.title_key(title[:place] + marks + title[place:]) == filing_rules.title_key(title)


@pytest.mark.parametrize(
    ("start", "end", "backwards"),
    [
        ("2023年1月", "2023年12月", False),
        ("2023-11", "2023.2", True),
        ("2020", "2020-05", False),
        ("2024", "2023-12-31", True),
        ("建国以来", "2023", False),
    ],
)
def test_a_period_is_compared_as_dates(start: str, end: str, backwards: bool) -> None:
    found = filing_rules.check({"nx_temporal_start": start, "nx_temporal_end": end})
    assert ("ends_before_it_starts" in [finding.code for finding in found]) is backwards


class TestMissing:
    COMPLETE: dict[str, Any] = dict.fromkeys(filing_rules.REQUIRED, "1") | {
        "nx_share_method_category": "mail",
        "license_id": "nx-open-1.0",
    }

    def test_a_complete_dataset_misses_nothing(self) -> None:
        assert filing_rules.find_missing(self.COMPLETE) == []

    def test_what_is_open_without_conditions_has_a_licence(self) -> None:
        assert [f.field for f in filing_rules.find_missing(self.COMPLETE | {"license_id": "notspecified"})] == [
            "license_id"
        ]
        conditional = self.COMPLETE | {"license_id": "", "nx_open_condition": "仅限科研"}
        assert filing_rules.find_missing(conditional) == []

    @pytest.mark.parametrize("name", filing_rules.REQUIRED)
    def test_each_mandatory_element_is_asked_for(self, name: str) -> None:
        assert [finding.field for finding in filing_rules.find_missing(self.COMPLETE | {name: ""})] == [name]

    def test_a_spreadsheet_lists_its_items(self) -> None:
        findings = filing_rules.find_missing(self.COMPLETE | {"nx_format_category": "2"})
        assert [finding.code for finding in findings] == ["items_required"]

    def test_text_items_have_a_length(self) -> None:
        items = [{"name": "名称", "type": "C"}, {"name": "年份", "type": "I"}]
        findings = filing_rules.find_missing(self.COMPLETE | {"nx_items": items})
        assert [finding.field for finding in findings] == ["nx_items.0.length"]
