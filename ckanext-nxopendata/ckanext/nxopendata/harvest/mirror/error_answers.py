"""Answers of services that failed, which arrive with status 200 in place of a file: sentences, traces, JSON, XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.nxopendata.harvest.mirror.sentences import PLAIN_WORDS, is_number, is_sentence, is_statements

LONGEST = 1024 * 1024
"""Bytes of JSON and XML that are looked through; no service says more of its failure."""

_LONGEST_XML = 16 * 1024
_BEGINNING = 4 * 1024
_MOST_ERRORS = 5

_TRACE = re.compile(
    r"(?:PHP )?(?:Fatal error|Parse error|Warning|Notice): .* (?:in|on) .*(?:line|\.php)"
    r"|Traceback \(most recent call last\)|Exception in thread|(?:[a-z]\w*\.)+\w*(?:Exception|Error)\b"
    r"|ORA-\d{5}|SQLSTATE\[|Microsoft OLE DB|System\.\w+Exception|Server Error in '"
    r"|(?:HTTP[ /][\w.]+ )?[45]\d\d (?:Bad|Unauthori[sz]ed|Payment|Forbidden|Not|Method|Proxy|Request|Gone|Too"
    r"|Unavailable|Internal|Service|Gateway)\b[ A-Za-z-]*\r?\n"
)
"""How programs begin that print why they failed."""

_ERROR_ROOT = re.compile(
    r"<(?:[\w.-]+:)?(?:exceptionreport|serviceexceptionreport|serviceexception|oaierror|errorresponse|accessdenied)[\s>/]",
    re.IGNORECASE,
)
"""How XML begins that is nothing but an answer of failure."""
_PERHAPS_ERROR_ROOT = re.compile(
    r"<(?:[\w.-]+:)?(error|errors|exception|fault|problem)(\s[^<>]*)?(?:/>|>)", re.IGNORECASE
)
"""How answers of failure begin, but faults of the earth and statistics too."""
_TAG = re.compile(r"<(?:[\w.-]+:)?([\w-]+)(?=[\s>/])")
_ATTRIBUTE = re.compile(r"\s([\w-]+)\s*=\s*[\"'][^\"']")
_WRAPPED_ERROR = re.compile(
    r"<(?:[\w.-]+:)?(?:envelope[\s>].*<(?:[\w.-]+:)?fault|oai-pmh[\s>].*<error)[\s>/]", re.IGNORECASE | re.DOTALL
)
_ROOT = re.compile(r"<([\w.:-]++)[^<>]*>(.*)</\1\s*>\Z", re.DOTALL)
_LEAF = re.compile(r"<([\w.:-]+)(?:\s[^<>]*)?(?:/>|>(?:\s*<!\[CDATA\[(.*?)\]\]>\s*|([^<]*))</\1\s*>)", re.DOTALL)
_JSONP = re.compile(r"(?>/\*.*?\*/)?+\s*(?:typeof\s+[\w$.]+[^;]{0,60}&&\s*)?[\w$.]+\s*\((.*)\)\s*;?\Z", re.DOTALL)
_FAILED_ROOT = re.compile(
    r"<[\w.:-]+\s[^<>]*\b(?:stat|status|state|success|code|result)\s*=\s*[\"'](?:fail\w*|error|false|[45]\d\d)[\"']",
    re.IGNORECASE,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_VARIABLE = re.compile(r"(?:var|let|const)\s+[\w$]+\s*=\s*([{\[].*)\Z", re.DOTALL)
_BROKEN_JSON = re.compile(r"\{\s*\"|\[\s*[{\[\"\d]")
_SPEAKS_OF_ITSELF = re.compile(r"\"(?:code|msg|message|success|err\w*)\"\s*:", re.IGNORECASE)
"""Stands in answers that do not parse and are no data."""
UNREADABLE = object()
"""What is read from a text that is no JSON."""
_TOKEN = re.compile(r"-?\d{1,3}|ok|success|true|false|none|nil|fail(?:ed|ure)?|error|n/?a|denied|empty", re.IGNORECASE)
"""A word that a service answers in place of a file."""
_NUMBER = re.compile(r"-?\d{1,9}")

_ERROR_KEYS = frozenset(
    "code msg message error errors status success errcode errmsg errorcode errormessage errormsg detail details reason"  # noqa: SIM905
    " fault ok ret retcode retmsg retmessage result resultcode resultmsg resultmessage returncode returnmsg"
    " returnmessage respcode respmsg rtncode rtnmsg statuscode statusmessage statustext err errno info infocode"
    " errdesc description errordescription exception desc".split()
)
_BESIDE = frozenset(
    "timestamp time path requestid traceid instance type title version help hint trace stacktrace total count page"  # noqa: SIM905
    " pagesize pagenum size serverhost url debug body header head resolve solution".split()
)
"""Keys that say nothing of whether an answer is one of failure."""
_ERROR_NAME = re.compile("error|exception|(?<!de)fault")
_ABOUT_ERRORS = re.compile("(?:name|type|kind|date|time|times|rate|ratio|count|num|level|area|device)s?\\Z")
"""How the names of columns end that are about errors."""
_FAULTS = frozenset({"fault", "faults"})
"""Keys of answers of failure, and of faults of the earth and of devices."""
_HEADS = frozenset({"header", "head", "meta", "status", "state", "response", "cmmmsgheader"})
"""Keys under which an answer may speak of itself."""
_PAYLOAD_KEYS = frozenset({"data", "result", "results", "records", "rows", "features", "items", "list", "value"})
_CODE_KEYS = frozenset(
    {"code", "ret", "status", "statuscode", "errcode", "errorcode", "retcode", "resultcode", "returncode"}
)
_WELL = frozenset({"0", "00", "000", "0000", "000000", "200", "true", "success", "ok"})


def find_error(text: str, *, whole: bool, declared: str = "") -> str | None:
    """Return ``file_is_an_error`` or ``file_empty`` when a text is the answer of a service that failed or has nothing.

    Words of failure prove nothing in data: only a text that is no JSON, no XML and no statements is read as a sentence.

    Args:
        text: From its first character that is neither blank nor part of a comment.
        whole: It is all of the answer.
        declared: Its format in capitals.
    """
    if _TRACE.match(text[:_BEGINNING]) or _ERROR_ROOT.match(text) or _WRAPPED_ERROR.match(text):
        return "file_is_an_error"
    if not whole:
        return None
    text = text.strip()
    if _TOKEN.fullmatch(text):
        return "file_is_an_error"
    if text == "undefined":
        return "file_empty"
    inner = (_JSONP.match(text) or _VARIABLE.match(text)) if not text.startswith(("{", "[", "<", '"')) else None
    answer = read_json(inner[1].rstrip("; \t\r\n") if inner else text)
    if answer is not UNREADABLE:
        return _in_json(answer)
    if is_statements(text, declared) or (_BROKEN_JSON.match(text) and not _SPEAKS_OF_ITSELF.search(text)):
        return None
    if text.startswith("<") and text.endswith(">"):
        return _in_xml(text)
    return _in_sentence(text)


def read_json(text: str) -> Any:
    """Return what a text of JSON holds, a list when each line is JSON; :data:`UNREADABLE` when it is none."""
    if not text.startswith(("{", "[", '"', "null")):
        return UNREADABLE
    try:
        return json.loads(text)
    except RecursionError:
        return UNREADABLE
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
    if not all(line.lstrip().startswith(("{", "[")) for line in lines):
        return UNREADABLE
    try:
        return [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return UNREADABLE


def _in_sentence(text: str) -> str | None:
    return "file_is_an_error" if is_sentence(text) else None


def _in_json(answer: Any) -> str | None:
    if answer is None or answer == "":
        return "file_empty"
    if isinstance(answer, str):
        return _in_sentence(answer)
    if isinstance(answer, dict) and isinstance(answer.get("error"), int) and len(answer) == 1:
        return (
            "file_is_an_error"
            if answer["error"] is True or answer["error"] < 0 or 400 <= answer["error"] < 600
            else None
        )
    while isinstance(answer, dict) and len(answer) == 1 and isinstance(inner := next(iter(answer.values())), dict):
        name = _plain(next(iter(answer)))
        if _ERROR_NAME.search(name) and name not in _FAULTS and _is_failure(inner, certain=False):
            return "file_is_an_error"
        answer = inner
    if isinstance(answer, list):
        only = answer[0] if len(answer) == 1 else None
        names_error = isinstance(only, dict) and any(re.search("err|exception|fault", key, re.I) for key in only)
        return _judge(only) if isinstance(only, dict) and names_error else None
    return _judge(answer) if isinstance(answer, dict) else None


def _in_xml(text: str) -> str | None:
    """Read a small document of plain elements, each there once, as the facts that JSON would give."""
    if _FAILED_ROOT.match(text[:_BEGINNING]) and not _foreign_names(text[:_LONGEST_XML].partition(">")[2]):
        return "file_is_an_error"
    if _is_error_root(text):
        return "file_is_an_error"
    found = _ROOT.match(text) if len(text) < _LONGEST_XML else None
    if not found:
        return None
    root, content = found.groups()
    plain = _CDATA.sub(r"\1", content).replace("&quot;", '"').replace("&lt;", "<").strip()
    if "<" not in content or root.rpartition(":")[2].lower() == "string":  # what ASP.NET puts around a text
        answer = read_json(plain)
        return _in_sentence(plain) if answer is UNREADABLE else _in_json(answer)
    leaves = _LEAF.findall(content)
    names = [_plain(name.rpartition(":")[2]) for name, *_ in leaves]
    if len(set(names)) != len(names):
        return None
    return _judge({name: (cdata or value).strip() for name, (_, cdata, value) in zip(names, leaves, strict=True)})


def _is_error_root(text: str) -> bool:
    """Tell whether XML whose root is an error or a fault says why: with a code or a message and little else."""
    root = _PERHAPS_ERROR_ROOT.match(text)
    if not root:
        return False
    content = text[root.end() : _LONGEST_XML]
    plain = _CDATA.sub(r"\1", content.rpartition("</")[0]).strip()
    if "<" not in plain and (is_sentence(plain) or re.fullmatch(r"[45]\d\d", plain)):
        return True
    tags = [_plain(name) for name in _TAG.findall(content)]
    if any(tags.count(name) > _MOST_ERRORS for name in set(tags)):
        return False
    names = {*tags, *(_plain(name) for name in _ATTRIBUTE.findall(root[2] or ""))}
    codes = {name for name in names if name in _CODE_KEYS or name == "faultcode"}
    words = {name for name in names if name.endswith((*_WORDS, "info", "string", "title"))}
    foreign = len(_foreign(names) - codes - words)
    may_tie = root[1].lower() in ("error", "exception") and words - {"title", "text"}
    return bool(codes and words) or foreign < len(codes | words) + bool(may_tie)


def _foreign_names(content: str) -> set[str]:
    return _foreign({_plain(name) for name in _TAG.findall(content)})


def _foreign(names: Iterable[str]) -> set[str]:
    """Return the names that an answer of failure would not have."""
    return {name for name in names if not (name in _ERROR_KEYS or name in _BESIDE or _ERROR_NAME.search(name))}


def _judge(answer: Mapping[str, Any]) -> str | None:
    """Judge the facts of an answer: it says that it failed, or it speaks of itself and has no data."""
    facts = {_plain(str(key)): value for key, value in answer.items()}
    for key in facts.keys() & _HEADS:
        if isinstance(facts[key], dict):
            facts |= {_plain(str(name)): value for name, value in facts.pop(key).items()}
    payload = [value for key, value in facts.items() if key in _PAYLOAD_KEYS and _has_data(value)]
    if len(facts) > 16 or any(isinstance(value, list) for value in payload):
        return None
    spoken = {key for key in facts if key in _ERROR_KEYS or key in _FLAGS or _ERROR_NAME.search(key)}
    empty = {key for key in facts if key in _PAYLOAD_KEYS and not _has_data(facts[key])}
    others = facts.keys() - spoken - empty - _BESIDE - _PAYLOAD_KEYS
    if not spoken or len(others) > len(spoken):
        return None
    if _says_failed(facts, outnumbered=len(others) >= len(spoken)) or (
        len(others) < len(spoken) and _has_code_of_failure(facts)
    ):
        return "file_is_an_error"
    if payload or others:
        return None
    if empty and _says_well(facts):
        return "file_empty"
    words = [str(facts[key]) for key in spoken if key.endswith(_WORDS)]
    has_code = bool(facts.keys() & {*_CODE_KEYS, *_FLAGS})
    if words and (has_code or facts.keys() <= {"message", "msg", "errmsg", "detail"}):
        return "file_is_an_error"
    return "file_is_an_error" if PLAIN_WORDS.search(" ".join([*words, str(facts.get("info", ""))])) else None


def _says_failed(facts: Mapping[str, Any], *, outnumbered: bool) -> bool:
    """Tell whether facts say that they are of a failure; when ``outnumbered`` by others they may be a row of data."""
    for key in _FLAGS:
        flag = str(facts.get(key, "")).strip().lower()
        if flag in ("false", "fail", "failed", "failure", "error") and (
            key in ("success", "issuccess", "ok") or not outnumbered
        ):
            return True
    has_message = any(isinstance(value, str) and value and key.endswith(_WORDS) for key, value in facts.items())
    for key, value in facts.items():
        if not _ERROR_NAME.search(key) or _ABOUT_ERRORS.search(key):
            continue
        if _is_count(value):
            counts = not key.endswith(("code", "no")) or outnumbered
            if not _is_zero(value) and (not counts or (has_message and _NUMBER.fullmatch(str(value).strip()))):
                return True
        elif _is_failure(value, certain=(not outnumbered or key.endswith(_WORDS)) and key not in _FAULTS):
            return True
    return False


def _is_count(value: Any) -> bool:
    """Tell whether a value under the name of an error may say how many there were, or how large it is."""
    return not isinstance(value, bool) and isinstance(value, int | float | str) and is_number(str(value))


def _is_failure(value: Any, *, certain: bool) -> bool:
    """Tell whether a value under the name of an error says what failed.

    Args:
        value: What stands there.
        certain: Any word does; else only words of failure.
    """
    if isinstance(value, list):
        return len(value) <= _MOST_ERRORS and any(_is_failure(item, certain=certain) for item in value)
    if isinstance(value, Mapping):
        names = {_plain(str(name)) for name in value}
        if any(name in _CODE_KEYS or name.endswith(_WORDS) for name in names):
            return True
        return not any(map(_is_count, value.values())) and any(
            _is_failure(inner, certain=False) for inner in value.values() if not isinstance(inner, Mapping)
        )
    if _is_zero(value) or _is_count(value):
        return False
    return certain or PLAIN_WORDS.search(str(value).replace("_", " ")) is not None


def _has_code_of_failure(facts: Mapping[str, Any]) -> bool:
    codes = (str(facts[key]).strip() for key in _CODE_KEYS & facts.keys())
    return any(_NUMBER.fullmatch(code) and (400 <= int(code) < 600 or int(code) < 0) for code in codes)


_WORDS = ("msg", "message", "reason", "detail", "text", "errdesc")
"""How the keys end whose value says what happened."""
_FLAGS = ("success", "issuccess", "ok", "status", "result", "flag", "state")


def _says_well(facts: Mapping[str, Any]) -> bool:
    values = (facts[key] for key in (*_CODE_KEYS, *_FLAGS) if key in facts)
    return any(str(value).strip().lower() in _WELL for value in values)


def _is_zero(value: Any) -> bool:
    return str(value).strip().lower() in ("0", "false", "none", "null", "")


def _has_data(value: Any) -> bool:
    """Tell whether a value holds something: counts and empty lists within it are nothing."""
    if isinstance(value, Mapping):
        return any(_has_data(inner) for key, inner in value.items() if _plain(str(key)) not in _BESIDE)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return any(True for _ in value)
    return bool(value)


def _plain(key: str) -> str:
    return re.sub(r"[_\s.-]", "", key).lower()
