"""Which of several texts is shown: Simplified Chinese before ``zh`` before Traditional before English before others.

The portal shows every text in Chinese and, where there is one, in English. Traditional characters are converted. Where
a source has no Chinese text, the English one stands in both places; where it has neither, the first other one stands
for the Chinese. Both are reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ckanext.nxopendata.core.localised import simplify
from ckanext.nxopendata.harvest.mapping.rules import FieldReport
from ckanext.nxopendata.harvest.mapping.values import is_nothing, to_text

SIMPLIFIED, CHINESE, UNTAGGED, TRADITIONAL, ENGLISH, OTHER = range(6)
"""Kinds of texts, the one to be preferred first."""

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_CHINESE_TAG = re.compile(r"(?:zh|chi|zho|cmn|yue|wuu)(?:-.*)?|汉语|中文|.*chinese.*|.*汉.*|.*中文.*")
_TRADITIONAL_TAG = re.compile(r".*(?:hant|-tw|-hk|-mo|traditional|繁|正體).*|yue")
_SIMPLIFIED_TAG = re.compile(r".*(?:hans|-cn|-sg|-my|simplified|简).*")
_ENGLISH_TAG = re.compile(r"en(?:g|glish)?(?:-.*)?|英文|英语")
_LANGUAGE_KEY = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_WORDS = re.compile(r"(?<![A-Za-z])[A-Za-z]{2,}+[^A-Za-z]++[A-Za-z]{2}")


def kind_of(text: str, tag: str) -> int:
    """Return the kind of a text with a language tag; "" for a text without."""
    tag = tag.strip().lower().replace("_", "-")
    if _CHINESE_TAG.fullmatch(tag):
        if _TRADITIONAL_TAG.fullmatch(tag):
            return TRADITIONAL
        return SIMPLIFIED if _SIMPLIFIED_TAG.fullmatch(tag) else CHINESE
    if _ENGLISH_TAG.fullmatch(tag):
        return ENGLISH
    if HAN.search(text) and not tag.startswith(("ja", "jpn", "ko", "kor")):
        return UNTAGGED
    if tag and tag not in ("und", "mul", "zxx"):
        return OTHER
    return ENGLISH if text.isascii() and _WORDS.search(text) else UNTAGGED


def read_texts(values: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield the texts among values and their language tags.

    Understood are plain texts, ``{"@value", "@language"}``, language maps (``{"zh_Hans_CN": …, "en": …}``), lists of
    them, and any of these written as JSON into a text.
    """
    for value in values:
        if isinstance(value, bool):  # no text that anybody wrote
            continue
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            value = from_json(value)
        if isinstance(value, list):
            yield from read_texts(value)
        elif isinstance(value, Mapping) and is_language_map(value):
            for tag, content in value.items():
                for item in content if isinstance(content, list) else [content]:
                    if not is_nothing(text := to_text(item)):
                        yield text, str(tag)
        elif not is_nothing(text := to_text(value)):
            tag = value.get("@language") if isinstance(value, Mapping) else ""
            yield text, tag if isinstance(tag, str) else ""


def from_json(text: str) -> Any:
    """Return the texts and objects that are written as JSON into a text; else the text itself."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return text
    usable = parsed if isinstance(parsed, list) else [parsed]
    return parsed if usable and all(isinstance(item, (str, Mapping)) for item in usable) else text


def unfold(values: Sequence[Any]) -> Iterator[Any]:
    """Yield values; of a list that is written as JSON into a text, as in the extras of CKAN, its items."""
    for value in values:
        if isinstance(value, str) and value.lstrip().startswith("["):
            parsed = from_json(value)
            yield from parsed if isinstance(parsed, list) else [value]
        else:
            yield value


def is_language_map(value: Mapping[Any, Any]) -> bool:
    """Tell whether an object is a text by language: ``{"zh": …, "en": …}``."""
    if not value or "@value" in value:
        return False
    keys = [str(key) for key in value]
    return all(_LANGUAGE_KEY.fullmatch(key) for key in keys) and any(
        kind_of("", key) in (SIMPLIFIED, CHINESE, TRADITIONAL, ENGLISH) for key in keys
    )


def choose(values: Sequence[Any], report: FieldReport, *, join: bool = False) -> dict[str, str] | None:
    """Return the text in Chinese and in English, as the rule of this module says; None when there is none.

    Args:
        join: Several texts of one kind are paragraphs of one; else the first counts and the others are reported.
    """
    kinds: dict[int, list[str]] = {}
    others: list[tuple[str, str]] = []
    for text, tag in read_texts(values):
        kind = kind_of(text, tag)
        if kind == OTHER:
            others.append((text, tag))
        elif text not in kinds.setdefault(kind, []):
            kinds[kind].append(text)
    result: dict[str, str] = {}
    for kind in (SIMPLIFIED, CHINESE, UNTAGGED, TRADITIONAL):
        texts = kinds.get(kind)
        if not texts:
            continue
        if "zh" in result:
            _leave_equal_out(texts, result["zh"], report)
            continue
        result["zh"] = _take(texts, report, join=join)
        if kind == TRADITIONAL:
            result["zh"] = simplify(result["zh"])
            report("text_converted", value=texts[0][:200])
    if texts := kinds.get(ENGLISH):
        result["en"] = _take(texts, report, join=join)
    if "zh" not in result and "en" in result:
        result["zh"] = result["en"]
        report("text_not_chinese", value=result["en"][:200], language="en")
    for number, (text, tag) in enumerate(others):
        if number == 0 and not result:
            result["zh"] = text
            report("text_not_chinese", value=text[:200], language=tag)
        else:
            report.leave(f"{text} ({tag})")
    return {language: result[language] for language in ("zh", "en") if language in result} or None


def _take(texts: list[str], report: FieldReport, *, join: bool) -> str:
    if join:
        return "\n\n".join(texts)
    for text in texts[1:]:
        report.leave(text)
    return texts[0]


def _leave_equal_out(texts: Sequence[str], taken: str, report: FieldReport) -> None:
    for text in texts:
        if simplify(text) != simplify(taken):
            report.leave(text)


def prefer(values: Sequence[Any]) -> list[Any]:
    """Return values in the order in which this module prefers their languages; equal ones stay as they are."""
    return sorted(values, key=lambda value: kind_of(to_text(value), _tag(value)))


def _tag(value: Any) -> str:
    tag = value.get("@language", "") if isinstance(value, Mapping) else ""
    return tag if isinstance(tag, str) else ""
