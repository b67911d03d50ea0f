"""News on the home page: what a department changed on a theme is one, and a busy department leaves room for others."""

from __future__ import annotations

from typing import Any

from ckanext.nxopendata.portal.pages.news import group_news


def dataset(name: str, department: str, theme: str, modified: str, created: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "organization": {"name": department},
        "nx_theme": [theme],
        "metadata_modified": modified,
        "metadata_created": created or modified,
    }


def test_many_datasets_of_one_theme_are_one_piece_of_news() -> None:
    (news,) = group_news([dataset(f"d{number}", "wlt", "09", "2026-11-28T03:00:00") for number in range(94)], most=8)
    assert (news.number, [one["name"] for one in news.datasets], news.created) == (94, ["d0", "d1"], True)


def test_the_day_is_that_of_china() -> None:
    late = dataset("a", "wlt", "09", "2026-11-28T16:30:00.123456", "2026-11-28T15:30:00")
    (news,) = group_news([late], most=8)
    assert (news.day, news.created) == ("2026-11-29", False)


def test_a_department_with_much_news_does_not_hide_the_others() -> None:
    busy = [dataset(f"b{theme}", "wlt", f"{theme:02}", "2026-11-28T03:00:00") for theme in range(9)]
    other = dataset("o", "tjj", "09", "2026-11-01T03:00:00")
    assert [news.department for news in group_news([*busy, other], most=3)] == ["wlt", "wlt", "tjj"]
