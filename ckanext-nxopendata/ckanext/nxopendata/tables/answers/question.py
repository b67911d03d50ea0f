"""What a question in plain words names: places, an indicator, a time. Plain module.

Each word must have its meaning: what is left over stays in the key, which then fits no indicator; nothing is claimed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.tables.answers import periods, terms

LONGEST = 120
"""Characters of a question; a longer one is none."""

MOST_PLACES = 4
YEAR_IN_WORDS = re.compile("[一二][〇零○九一二三四五六七八]{3}(?=年)")
DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
HOW_MANY_PEOPLE = re.compile(
    r"(?:总共|一共|共)?有?(?:多少|几|几万|多少万)(?:万|亿|个)?人(?!次|均)口?"
    r"|how many (?:people|persons|inhabitants|residents)"
)
HOW_MANY_HOUSEHOLDS = re.compile(r"(?:总共|一共|共)?有?(?:多少|几|几万|多少万)户(?:人家|家庭|人)?(?!数)")
COUNTED = re.compile(
    r"[了过]?(?:总共|一共|共|都)?有?(?:多少|几)(?:人次|个|家(?!庭)|所|座|位(?!次)|名|户(?!数)|辆|条|处|张|吨|亩|公里|平方公里|亿元|万元|元|亿|万)?"
)
ASKING = re.compile(
    r"(?:我|记者|本人)?(?:想|要)?(?:请)?问(?:一下|问)?(?=[:,，：\s])[:,，：]?|麻烦(?:您|你)?|劳驾|(?:请)?帮(?:我|忙)(?=查)|请问|请告诉我|告诉我|我想知道|想知道|查询一下|查一下|查询|查找|是多少|为多少|达到多少|多大|多高|多长|是什么|是怎样|怎么样|如何"
    r"|在哪里|在哪儿|在哪|位于哪里|哪里有|哪里|吗|呢|啊|呀|吧|嘛|一共|总共"
)
ENGLISH = re.compile(
    r"\b(?:what|which|where|how|many|much|large|big|high|is|was|are|were|the|of|in|for|at|on|does|do|did|have|has|had|"
    r"live|lives|lived|living|there|please|tell|me|show|total|number|and|s|a|an|by|end)\b"
)
JOINING = re.compile(r"\A\s*(?:和|与|及|以及|还有|、|,|，|and|vs\.?|对比)*\s*\Z")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, taken apart.

    Attributes:
        places: codes, the most exact where one lies in another; empty where none is named.
        former: place -> the former name by which it was asked for.
        key: what is asked for, see :func:`.terms.make_key`; "" where only places are named.
        phrase: the same in the words of the question.
        period: see :func:`.periods.take_period`.
        text: the question without the words of asking, as a value of a table may have it.
    """

    places: tuple[str, ...]
    former: dict[str, str]
    key: str
    phrase: str
    period: str
    text: str


def parse_question(text: str, this_year: int) -> Ask | None:
    """Take a question apart; None for what is none: too long, or without a word.

    >>> ask = parse_question("2020年固原市GDP是多少？", 2026)
    >>> ask.places, ask.key, ask.period
    (('640400',), '{gdp}', '2020')
    """
    if not text.strip() or len(text) > LONGEST:
        return None
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = re.sub(r"[?？!！。“”\"‘’《》]+|'s?\b", " ", folded)
    folded = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", folded)
    folded = YEAR_IN_WORDS.sub(lambda year: year[0].translate(DIGITS), localised.simplify(folded))
    folded = re.sub(r"(?<=\d年)(?=[末底])", " 年", folded)  # 2020年末 is the year, and the end of it
    period, rest = periods.take_period(folded, this_year)
    people = HOW_MANY_PEOPLE.search(rest)
    rest = HOW_MANY_HOUSEHOLDS.sub(" 家庭户 ", rest)
    ask = _read(HOW_MANY_PEOPLE.sub(" ", rest), period)
    if people and (ask is None or terms.term_of(ask.key) is None):
        # 年底有多少人 asks for 年底人口, and 有多少人 for 人口.
        counted = _read(HOW_MANY_PEOPLE.sub(" population " if text.isascii() else " 人口 ", rest), period)
        ask = counted if counted and terms.term_of(counted.key) else ask
    return ask


def _read(rest: str, period: str) -> Ask | None:
    rest = " ".join(COUNTED.sub(" ", ASKING.sub(" ", rest)).split())
    rest = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", rest)
    # Terms before places, for 占全区比重 names no place; but 宁夏回族自治区 is a place, and 回族 in it is no term.
    outside = _names_with_terms().sub(lambda name: f" {gazetteer.find_code(name[0])} ", rest)
    places, former, left = _take_places(terms.mark_terms(outside))
    words = _clean(left)
    key = terms.make_key_of_marked(words)
    return Ask(places, former, key, _name_terms(words), period, rest) if key or places else None


@cache
def _names_with_terms() -> re.Pattern[str]:
    """The names of places in which the name of an indicator stands."""
    names = [name for name in gazetteer.load_names() if terms.mark_terms(name) != name]
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"(?!)")


def _take_places(marked: str) -> tuple[tuple[str, ...], dict[str, str], str]:
    outside = re.sub(r"\{\w+\}", lambda match: "{" + "_" * (len(match[0]) - 2) + "}", marked)
    mentions = gazetteer.find_mentions(outside)
    codes = list(dict.fromkeys(mention.code for mention in mentions))
    former = {mention.code: marked[mention.start : mention.end] for mention in mentions if mention.kind == "old"}
    left, at = [], 0
    for mention in mentions:
        between = marked[at : mention.start]
        left.append(" " if JOINING.match(between) else between)
        at = mention.end
    left.append(marked[at:])
    # 固原市西吉县 is one place; 固原市、西吉县 asked of both is answered for the county alone, too.
    exact = [code for code in codes if not any(gazetteer.lies_in(other, code) for other in codes)]
    return tuple(exact[:MOST_PLACES]), former, " ".join(left)


def _clean(text: str) -> str:
    if re.search(r"[a-z]", re.sub(r"\{\w+\}", "", text)):
        text = ENGLISH.sub(" ", text)
    return " ".join(text.split())


def _name_terms(words: str) -> str:
    """Words with the usual name of each term."""
    known = terms.load_terms()
    return re.sub(r"\{(\w+)\}", lambda match: known[match[1]].zh[0] if match[1] in known else "", words)
