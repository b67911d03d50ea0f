"""What parsers say of broken documents is said in words of the reader's language."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyoxigraph
import pytest
from lxml import etree

from ckanext.nxopendata.core.errors.reasons import say_reason


def read_turtle(text: str) -> None:
    list(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE))


def read_xml(text: str) -> None:
    etree.fromstring(text.encode())


BROKEN: dict[Callable[[str], object], dict[str, str]] = {
    json.loads: {
        '{"a": }': "缺少值",
        '{"a": 1 "b": 2}': "缺少逗号",
        '{"a" 1}': "缺少冒号",
        '{"a": 1, b: 2}': "缺少双引号里的名称",
        '{"a": "x': "文字没有写完，缺少后一个引号",
        '{"a": "x\ny"}': "文字里有换行或其他控制字符",
        r'{"a": "C:\data"}': "反斜杠后面的字符不对",
        "{} {}": "结束之后还有内容",
    },
    read_xml: {
        "<a>\n<b></a>": "第 2 行的元素 b 用 a 结束",
        "<a>x & y</a>": "& 没有写成 &amp;",
        "<a>&x;</a>": "没有定义实体 x",
        "<a><b/>": "还有元素没有结束，文件就完了",
        "<a/>x": "结束之后还有内容",
        "<a b=1/>": "属性值没有引号",
        '<a b="1" b="2"/>': "属性 b 出现了两次",
        "<a>\x02</a>": "有 XML 不允许的字符",
        "登录": "开头不是元素",
    },
    read_turtle: {
        '<http://a> b:c "x" .': "没有声明前缀 b",
        '<http://a> <http://b> "x" <http://c> "d" .': "缺少句点",
        '<a> <http://b> "x" .': "网址没有写 http:// 等开头",
        '[ <http://a> "x" ': "缺少句点",
        '<http://a> <http://b> "x': "没有写完",
    },
}


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize(("read", "text"), [(read, text) for read, texts in BROKEN.items() for text in texts])
def test_a_reason_of_a_parser_is_said_in_chinese(app: Any, read: Callable[[str], object], text: str) -> None:
    with pytest.raises((ValueError, SyntaxError)) as refused:
        read(text)
    reason = str(getattr(refused.value, "msg", None) or refused.value)
    with app.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": "zh_Hans_CN"}):
        assert say_reason(reason) == BROKEN[read][text]
    with app.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": "en"}):
        assert say_reason(reason).isascii()


def test_a_reason_that_is_not_known_stays_as_the_parser_gave_it() -> None:
    assert say_reason("The frobnicator is upside down") == "The frobnicator is upside down"
