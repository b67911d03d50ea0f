"""The search switched on: after the catalogue, before the schemas."""

from collections.abc import Callable
from typing import Any

import pytest

TITLES = (
    ("宁夏5A级旅游景区名录", "5A scenic areas of Ningxia", ["旅游景区"]),
    ("银川市常住人口统计", "Residents of Yinchuan", ["人口", "常住人口"]),
    ("自治区贫困县退出名单", "Counties that left poverty", ["乡村振兴"]),
    ("城市空气质量日报", "Daily air quality of cities", ["环境"]),
)


@pytest.fixture
def catalogue(call: Callable[..., Any]) -> list[dict[str, Any]]:
    """Four datasets of one department."""
    from ckanext.nxopendata.core import caching

    caching.clear_process()  # the words of another test's datasets are kept for a minute
    call("organization_create", name="wlt", title_translated={"zh": "自治区文化和旅游厅", "en": "Culture and Tourism"})
    return [
        call(
            "package_create",
            title_translated={"zh": zh, "en": en},
            notes_translated={"zh": f"{zh}。"},
            owner_org="wlt",
            nx_theme=["nx-tourism"],
            tags=[{"name": tag} for tag in tags],
        )
        for zh, en, tags in TITLES
    ]
