"""Licences as departments write them, through a whole harvest: recognised by rule, or kept as they are."""

import pytest

from .catalogues import PREFIXES, dataset

pytestmark = [pytest.mark.usefixtures("with_plugins", "tables")]

SPELLINGS = [
    "cc-by-4.0",
    "CC-BY-4.0",
    "CC BY 4.0",
    "http://creativecommons.org/licenses/by/4.0",
    "https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/licenses/by/4.0/deed.zh",
    "http://www.creativecommons.org/licenses/by/4.0/legalcode.zh-hans",
    "Creative Commons Attribution 4.0 International License",
    "知识共享署名 4.0 国际许可协议",
    "知识共享 署名 4.0 国际（CC BY 4.0）",
    "ＣＣ　ＢＹ　４．０",
    "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
]
UNKNOWN = ["本站数据欢迎使用", "CC BY 5.0", "https://example.org/terms"]


def test_twelve_spellings_are_recognised_and_three_unknown_ones_are_kept_and_flagged(app, web, harvest, call):
    written = [*SPELLINGS, *UNKNOWN]
    body = PREFIXES + "".join(
        dataset(number, f"景区名录第{number}册").replace('dct:license "按原文"', f'dct:license "{text}"')
        for number, text in enumerate(written, 1)
    )
    run = harvest(web.put("/catalogue", body))
    assert run["counts"]["create"] == len(written)

    found = {entry["title"]: entry for entry in call("package_search", rows=100)["results"]}
    shown = {text: found[f"景区名录第{number}册"] for number, text in enumerate(written, 1)}
    own_id, *others = written  # our own name of the licence says all that it says
    assert "nx_license_verbatim" not in shown[own_id]
    assert [shown[text]["nx_license_verbatim"] for text in others] == others
    assert {shown[text].get("license_id") for text in SPELLINGS} == {"cc-by-4.0"}
    for text in UNKNOWN:
        assert shown[text].get("license_id") in (None, "", "notspecified")
        page = app.get(f"/dataset/{shown[text]['name']}")
        assert text in page.body
        assert "无法识别" in page.body
