"""Datasets to exchange: one that looks like the demonstration's, and any that the schema allows."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.exchange import fields
from ckanext.nxopendata.exchange.fields import Field, Kind

DATASET: dict[str, Any] = {
    "id": "3f0c2a51-0d0e-4a7c-9f0e-2f1c9a0b7d11",
    "name": "ning-xia-5a-ji-lv-you-jing-qu-ming-lu",
    "title_translated": {"zh": "宁夏5A级旅游景区名录", "en": "5A scenic spots of Ningxia"},
    "title": "宁夏5A级旅游景区名录",
    "notes_translated": {"zh": "全区5A级景区的名称、所在地和评定年份。", "en": "Names, places and years."},
    "notes": "全区5A级景区的名称、所在地和评定年份。",
    "tags": [{"name": "旅游"}, {"name": "景区"}],
    "tags_translated": {"zh": ["旅游", "景区"], "en": ["tourism", "scenic spots"]},
    "owner_org": "a5a0b7a2-6c0b-4a6e-b0a5-0c3b3f6ad001",
    "license_id": "nx-open-1.0",
    "url": "https://wlt.example/景区?年=2024",
    "nx_class_code": "214",
    "nx_resource_code": "214001/12",
    "nx_provider_unit": "资源开发处",
    "nx_format_category": "2",
    "nx_format_type": "xlsx、csv",
    "nx_items": [
        {"name": "名称", "name_en": "name", "type": "C", "length": "200", "description": "景区全称"},
        {"name": "评定年份", "name_en": "year", "type": "I"},
    ],
    "nx_share_type": "1",
    "nx_share_condition": "无条件",
    "nx_share_method_category": "platform",
    "nx_share_method": "2",
    "nx_is_open": "1",
    "nx_update_cycle": "6",
    "nx_publish_date": "2026-10-01",
    "nx_related_codes": ["214001/13", "214001/9"],
    "nx_theme": ["7", "nx-tourism"],
    "nx_region": "640000",
    "nx_industry": "R",
    "nx_temporal_start": "2007",
    "nx_temporal_end": "2024-12",
    "nx_contact_name": "演示联系人",
    "nx_contact_phone": "0951-0000000 转 8",
    "nx_contact_email": "wlt@demo.nxopendata.example",
    "metadata_modified": "2026-11-02T03:04:05.678901",
    "resources": [
        {
            "id": "77aa0d2e-5b4f-4cd1-8a44-93b7a3f8b001",
            "url": "https://data.nx.example/dataset/x/resource/y/download/宁夏5A级旅游景区名录.csv",
            "url_type": "upload",
            "name": "5A级旅游景区名录（CSV）",
            "description": "含表头的逗号分隔文件",
            "format": "CSV",
            "mimetype": "text/csv",
            "created": "2026-10-01T02:00:00.000001",
            "last_modified": "2026-11-01T02:00:00.000001",
            "size": 1234,
            "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "nx_file_name": "宁夏5A级旅游景区名录.csv",
        },
        {"id": "77aa0d2e-5b4f-4cd1-8a44-93b7a3f8b002", "url": "https://wlt.example/api", "format": "WPS"},
    ],
}

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=40
).filter(lambda text: text == text.strip() != "")
WORD = st.text(string.ascii_lowercase + string.digits, min_size=2, max_size=12)
DATES = st.dates().map(lambda date: date.isoformat())
PERIOD = DATES | st.sampled_from(["2017", "2017-10", "2017-Q3", "2017年上半年"])
URL = st.tuples(WORD, TEXT).map(lambda parts: f"https://{parts[0]}.example/{parts[1]}")


def value_of(field: Field, text: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[Any]:
    """Values that the validators of ``field`` leave as they are; free texts are of ``text``."""
    if field.name.startswith("nx_temporal"):
        return PERIOD
    if field.kind is Kind.LOCALISED:
        return st.fixed_dictionaries({"zh": text}, optional={"en": text})
    if field.kind is Kind.CODE:
        return st.sampled_from(list(codelists.load(field.codelist)))
    if field.kind is Kind.CODES:
        known = list(codelists.load(field.codelist))
        return st.sets(st.sampled_from(known), min_size=1).map(lambda some: [code for code in known if code in some])
    if field.kind is Kind.TEXTS:
        return st.lists(text, min_size=1, max_size=4, unique=True).map(sorted)
    if field.kind is Kind.DATE:
        return DATES
    if field.kind is Kind.PARTS:
        return st.lists(_dict_of(field.parts, text), min_size=1, max_size=4)
    return text


def _dict_of(known: Any, text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    required = {name: value_of(field, text) for name, field in known.items() if field.required}
    optional = {name: value_of(field, text) for name, field in known.items() if not field.required}
    return st.fixed_dictionaries(required, optional=optional)


def _resources() -> st.SearchStrategy[list[dict[str, Any]]]:
    hashes = st.binary(min_size=32, max_size=32).map(bytes.hex) | TEXT
    own = {
        "url": URL,
        "name": TEXT,
        "format": st.sampled_from(["CSV", "JPG", "JPEG", "csv", "WPS", "ofd 文件"]),
        "license": WORD,
        "mimetype": st.sampled_from(["text/csv", "application/vnd.ms-excel"]),
        "size": st.integers(0, 10**12),
        "hash": hashes,
    }
    rest = {name: value_of(field) for name, field in fields.resource().items() if name not in own}
    return st.lists(
        st.fixed_dictionaries({"id": st.uuids().map(str)}, optional=own | rest), max_size=3, unique_by=lambda r: r["id"]
    )


@st.composite
def datasets(draw: st.DrawFn) -> dict[str, Any]:
    """Any dataset of the schema, as ``package_show`` gives it."""
    own = {
        "name": WORD,
        "owner_org": st.uuids().map(str),
        "license_id": WORD,
        "url": URL,
        "tags": st.sets(TEXT, min_size=1).map(lambda names: [{"name": name} for name in sorted(names)]),
    }
    schema = fields.dataset()
    apart = {*own, "tag_string", "tags_translated"}
    rest = {name: value_of(field) for name, field in schema.items() if name not in apart}
    required = {name: rest.pop(name) for name in ("title_translated", "notes_translated")}
    dataset = draw(st.fixed_dictionaries(required | {"id": st.uuids().map(str)}, optional=own | rest))
    for core in ("title", "notes"):
        dataset[core] = dataset[f"{core}_translated"]["zh"]
    if "tags" in dataset and draw(st.booleans()):
        words = draw(st.permutations([tag["name"] for tag in dataset["tags"]]))
        dataset["tags_translated"] = {"zh": words, "en": draw(st.lists(WORD, min_size=len(words), max_size=len(words)))}
    if resources := draw(_resources()):
        dataset["resources"] = resources
    return dataset
