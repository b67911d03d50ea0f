"""What a GB/T 21063.3 package says in elements that nothing reads is named, as in every other format."""

from __future__ import annotations

import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  a compiled module without types

from ckanext.nxopendata.exchange.unread import find_unread
from ckanext.nxopendata.harvest.mapping import tables
from ckanext.nxopendata.harvest.mapping.unused import UsedNames, find_unused

from .reading import read_bytes

NAMESPACE = "https://data.nx.example/ns/catalogue-xml/1.0"
HEAD = "<mdId>1</mdId><resTitle>甲</resTitle><resID>214001/1</resID><abstract>说明</abstract>"


def unread(more, head=HEAD):
    return list(find_unread(etree.fromstring(f'<record xmlns="{NAMESPACE}">{head}{more}</record>')))


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ("", []),
        ("<resTitle xml:lang='en'>A</resTitle><onLineSrc>a</onLineSrc><onLineSrc>b</onLineSrc>", []),
        ("<resTitle>乙</resTitle>", ["resTitle [2]"]),
        ("<resID>214001/2</resID>", ["resID [2]"]),
        ("<unknown>值</unknown><empty/>", ["unknown"]),
        ("<IdPoC><rpOrgName>统计局</rpOrgName><rpIndName>王</rpIndName></IdPoC>", ["IdPoC > rpIndName"]),
        ("<IdPoC><rpOrgName>甲局</rpOrgName></IdPoC><IdPoC><rpOrgName>乙局</rpOrgName></IdPoC>", ["IdPoC [2]"]),
        (
            "<guide><isOpen>1</isOpen><isOpen>0</isOpen><extra>多</extra></guide>",
            ["guide > isOpen [2]", "guide > extra"],
        ),
        ("<guide><items><name>a</name><unit>米</unit></items></guide>", ["guide > items > unit"]),
        ("<guide><file><url>https://x.cn/1</url><foo>1</foo></file></guide>", ["guide > file > foo"]),
    ],
)
def test_what_is_not_read_is_named(more, names):
    assert unread(more) == names


def test_it_is_among_what_has_no_field():
    body = f'<catalogue xmlns="{NAMESPACE}"><record>{HEAD}<unknown>值</unknown></record></catalogue>'
    result = read_bytes(body.encode(), "https://dept.example/c.xml", "application/xml")
    assert list(result.datasets) == ["214001/1"]
    used = UsedNames.of(tables.load("gbt21063"))
    assert list(find_unused(used, {"title_translated": {"zh": "甲"}, "unknown": "值", "@审核意见": "同意"})) == [
        "unknown",
        "审核意见",
    ]


def test_an_operation_that_nobody_knows_is_named():
    assert list(find_unread(etree.fromstring(f'<record xmlns="{NAMESPACE}" operation="remove">{HEAD}</record>'))) == [
        "@operation"
    ]
