"""The score of a dataset: a hundred points, each of which says what is missing."""

from __future__ import annotations

from typing import Any

from ckanext.nxopendata.portal.dataset import quality

WHOLE: dict[str, Any] = {
    "notes_translated": {"zh": "全区5A级旅游景区的名称、所在县区、等级和评定年份。", "en": "Names and grades."},
    "title_translated": {"zh": "景区名录", "en": "Scenic areas"},
    "nx_theme": ["18"],
    "tags": [{"name": "景区"}],
    "nx_region": "640000",
    "nx_temporal_end": "2024-12-31",
    "nx_update_cycle": "6",
    "nx_contact_phone": "0951-0000000",
    "license_id": "cc-by-4.0",
    "nx_items": [{"name": "名称"}],
    "resources": [{"format": "CSV", "nx_readability": "3"}],
}


def test_the_points_are_a_hundred() -> None:
    assert sum(worth for _, worth, _ in quality.CRITERIA) == quality.count_points(WHOLE) == 100


def test_what_is_missing_is_named_and_costs_its_points() -> None:
    poor = WHOLE | {"license_id": "notspecified", "nx_items": []}
    assert quality.list_missing(poor) == [("items", 15), ("licence", 10)]
    assert quality.count_points(poor) == 75


def test_a_scan_is_a_file_but_no_readable_one() -> None:
    scanned = WHOLE | {"resources": [{"format": "PDF", "nx_readability": "1"}]}
    assert quality.list_missing(scanned) == [("readable", 15)]


def test_an_empty_entry_has_nothing() -> None:
    assert quality.count_points({}) == 0
