"""What is wrong with a translation: rules over (msgid, translation) pairs, and the report by part.

A pure module over Babel catalogues; :mod:`extraction` says which msgids there are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from ckanext.nxopendata.i18n import catalogues

NAMED = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[a-zA-Z]")
POSITIONAL = re.compile(r"(?<!%)%[#0\- +]?[\d.]*([sdirfxg])")
BRACES = re.compile(r"\{[^{}]*\}")
TAGS = re.compile(r"<(/?[a-zA-Z][\w-]*)")
LINKS = re.compile(r'(?:href|data-module|data-bs-[a-z]+|class|id)="([^"]*)"')
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right.

    ``code``: missing, fuzzy, placeholder, markup, english or term. ``detail`` says what differs.
    """

    code: str
    msgid: str
    detail: str
    location: str


@dataclass(frozen=True, slots=True)
class Term:
    """A wording the glossary rules out: ``wrong`` in a translation, when ``msgid`` matches the English."""

    msgid: re.Pattern[str]
    wrong: re.Pattern[str]
    right: str


def _term(msgid: str, wrong: str, right: str) -> Term:
    return Term(re.compile(msgid, re.IGNORECASE), re.compile(wrong), right)


# docs/glossary.md says why. Only what is wrong wherever it stands: a reviewer judges the rest.
TERMS = (
    _term(r"organi[sz]ation", "组织|机构", "部门"),
    _term(r"\bgroups?\b", "群组", "专题"),
    _term(r"\bresources?\b", "(?<!统一)(?<!信息)资源", "数据文件"),
    _term(r"packages?", "组件", "数据集"),
    _term(r"follow", "追随|粉丝", "关注"),
    _term(r"private", "私有", "不公开"),
    _term(r"datastore", "数据仓库", "数据存储"),
    _term(r"\btrash\b", "垃圾", "回收站"),
    _term(r"", "登陆|登出|登入", "登录、退出登录"),
    _term(r"", "帐号|帐户|账户", "账号"),
    _term(r"", "你", "您"),
    _term(r"", "编缉|劝限|文挡|客户化|资讯|搜寻|透过|网路|程式|介面", "普通话的正确写法"),
    _term(r"", "[沒資組請來們開關閱讀]", "简体字"),
)


NEEDED = (
    (re.compile(r"\bcode lists?\b", re.IGNORECASE), "代码表"),
    (re.compile(r"\bdata items?\b", re.IGNORECASE), "信息项"),
    (re.compile(r"\bclean-up\b", re.IGNORECASE), "清理"),
    (re.compile(r"\bfile the project|\bfiling (number|of (the )?projects?)|\bfor filing\b", re.IGNORECASE), "备案"),
    (re.compile(r"\bsummary of (the|a) round|\bsummary for\b", re.IGNORECASE), "汇总"),
    (re.compile(r"\border to mend\b", re.IGNORECASE), "整改"),
    (re.compile(r"\bsupervision notice\b", re.IGNORECASE), "督办"),
    (re.compile(r"\bledger\b", re.IGNORECASE), "台账"),
    (re.compile(r"\bwithdrawn?\b(?=.*\bdatasets?\b)|\bdatasets?\b.*\bwithdrawn?\b", re.IGNORECASE), "撤下"),
)
"""What stands in an English text -> the word of the glossary that its Chinese has."""


@dataclass(frozen=True, slots=True)
class PartReport:
    """One row of the report: how many msgids the part has, how many are translated, what is wrong."""

    name: str
    total: int
    translated: int
    findings: tuple[Finding, ...]


def untranslated_on_purpose(sources: Path = catalogues.SOURCES) -> frozenset[str]:
    """The msgids that read the same in Chinese (names, samples), one a line; ``#`` starts a comment line."""
    lines = (sources / "untranslated.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("# "))


def faults(message: Message, translation: str, kept: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(code, detail) of everything wrong with ``translation`` of ``message``.

    ``kept``: msgids that may stay as they are.
    """
    msgid = catalogues.key(message)[1]
    # a Chinese plural stands for "2 datasets", so it needs what the English plural has
    english = msgid if isinstance(message.id, str) else message.id[1]
    if not translation:
        yield "missing", "没有译文"
        return
    if message.fuzzy:
        yield "fuzzy", f"译文待核实：{translation}"
    for pattern in (NAMED, BRACES):
        wanted, got = set(_whole(pattern, english)), set(_whole(pattern, translation))
        if wanted != got:
            yield "placeholder", f"应有 {_list(wanted)}，实有 {_list(got)}"
    # these are filled by order, so the order is part of the meaning
    wanted, got = POSITIONAL.findall(NAMED.sub("", english)), POSITIONAL.findall(NAMED.sub("", translation))
    if wanted != got:
        yield "placeholder", f"应依次有 {_list('%' + c for c in wanted)}，实有 {_list('%' + c for c in got)}"
    if Counter(TAGS.findall(english)) != Counter(TAGS.findall(translation)):
        yield "markup", f"应有标签 {_list(TAGS.findall(english))}，实有 {_list(TAGS.findall(translation))}"
    elif set(LINKS.findall(english)) != set(LINKS.findall(translation)):
        yield "markup", f"链接或属性不同：{_list(set(LINKS.findall(english)) ^ set(LINKS.findall(translation)))}"
    if msgid not in kept and not HAN.search(translation) and WORD.search(BRACES.sub("", NAMED.sub("", msgid))):
        yield "english", f"译文没有汉字：{translation}"
    for term in TERMS:
        wrong = term.wrong.search(translation)
        if wrong and term.msgid.search(msgid):
            yield "term", f"“{wrong.group()}”应作“{term.right}”：{translation}"
    words = re.sub(r"\{[^}]*\}|%\([^)]*\)s", " ", msgid)
    for english, chinese in NEEDED:
        if english.search(words) and chinese not in translation:
            yield "term", f"应有“{chinese}”：{translation}"


def check_part(name: str, wanted: list[Message], translations: Catalog, kept: frozenset[str]) -> PartReport:
    """The report of the msgids ``wanted`` against the ``translations`` that a page would show."""
    findings: list[Finding] = []
    translated = 0
    for message in wanted:
        singular = catalogues.key(message)[1]
        entry = translations.get(singular, message.context)
        translation = catalogues.text(entry) if entry else ""
        translated += bool(translation)
        location = f"{message.locations[0][0]}" if message.locations else "-"
        subject = Message(message.id, flags=entry.flags if entry else (), context=message.context)
        findings += [Finding(code, singular, detail, location) for code, detail in faults(subject, translation, kept)]
    return PartReport(name, len(wanted), translated, tuple(findings))


def effective(core_chinese: Catalog, sources: Path = catalogues.SOURCES) -> Catalog:
    """What a page shows: CKAN's catalogue with every part of ``sources`` over it, fuzzy entries kept to be seen."""
    whole = catalogues.blank()
    for catalog in (core_chinese, *(catalogues.read(sources / f"{part}.po") for part in catalogues.PARTS)):
        for message in catalogues.messages(catalog):
            singular = catalogues.key(message)[1]
            if catalogues.text(message) or whole.get(singular, message.context) is None:
                whole.delete(singular, message.context)
                catalogues.copy_into(whole, message)
    return whole


def _whole(pattern: re.Pattern[str], value: str) -> Iterator[str]:
    return (match.group() for match in pattern.finditer(value))


def _list(values: object) -> str:
    return "、".join(sorted(values) if isinstance(values, set) else list(values)) or "（无）"  # pyright: ignore[reportArgumentType,reportGeneralTypeIssues]
