"""Answers of services that failed, which arrive with status 200 in place of a file: sentences, traces, JSON, XML."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST = 1024 * 1024
"""Bytes of JSON and XML that are looked through; no service says more of its failure."""

_LONGEST_XML = 16 * 1024
_BEGINNING = 4 * 1024
_LONGEST_SENTENCE = 300
_MOST_LINES = 3
_MOST_ERRORS = 5

_PLAIN_WORDS = re.compile(
    r"未登[录陆]|请登[录陆]|请先|请重新|重新登|登[录陆](?:超时|失效|过期|已)|会话|令牌|繁忙|[稍以]后|权限不足|[无没]有?(?:访问|操作)?权"
    r"|不存在|未找到|找不到|出错|拒绝|禁止|受限|频繁|非法|不能为空|签名|验证码|维护|不可用|无效|错误|失败|异常|权限|过期|失效|超时"
    r"|暂无数据|没有数据|数据为空"
    r"|not found|error|denied|unauthori[sz]ed|forbidden|expired|invalid|too many|unavailable|log ?in\b|sign ?in\b"
    r"|try again|bad (?:request|gateway)|time[- ]?out|timed out|not (?:allowed|authori[sz]ed|authenticated|permitted)"
    r"|not exist|no such|session|rate limit|quota|maintenance|captcha|went wrong|failed|\bbusy\b|no data",
    re.IGNORECASE,
)
_HEADER_CELL = re.compile(r"[^。！!？?请]{0,12}")
_TRACE = re.compile(
    r"(?:PHP )?(?:Fatal error|Parse error|Warning|Notice): .* (?:in|on) .*(?:line|\.php)"
    r"|Traceback \(most recent call last\)|Exception in thread|(?:[a-z]\w*\.)+\w*(?:Exception|Error)\b"
    r"|ORA-\d{5}|SQLSTATE\[|Microsoft OLE DB|System\.\w+Exception|Server Error in '"
    r"|(?:HTTP[ /][\w.]+ )?[45]\d\d (?:Bad|Unauthori[sz]ed|Payment|Forbidden|Not|Method|Proxy|Request|Gone|Too"
    r"|Unavailable|Internal|Service|Gateway)\b[ A-Za-z-]*\r?\n"
)
"""How programs begin that print why they failed."""

_ERROR_ROOT = re.compile(
    r"<(?:[\w.-]+:)?(?:error|errors|exception|exceptionreport|serviceexceptionreport|serviceexception|fault|oaierror"
    r"|errorresponse|accessdenied|problem)[\s>/]",
    re.IGNORECASE,
)
_WRAPPED_ERROR = re.compile(
    r"<(?:[\w.-]+:)?(?:envelope[\s>].*<(?:[\w.-]+:)?fault|oai-pmh[\s>].*<error)[\s>/]", re.IGNORECASE | re.DOTALL
)
_ROOT = re.compile(r"<([\w.:-]+)[^<>]*>(.*)</\1\s*>\Z", re.DOTALL)
_LEAF = re.compile(r"<([\w.:-]+)(?:\s[^<>]*)?(?:/>|>(?:\s*<!\[CDATA\[(.*?)\]\]>\s*|([^<]*))</\1\s*>)", re.DOTALL)
_JSONP = re.compile(r"(?:/\*.*?\*/)?\s*(?:typeof\s+[\w$.]+[^;]{0,60}&&\s*)?[\w$.]+\s*\((.*)\)\s*;?\Z", re.DOTALL)
_FAILED_ROOT = re.compile(
    r"<[\w.:-]+\s[^<>]*\b(?:stat|status|state|success|code|result)\s*=\s*[\"'](?:fail\w*|error|false|[45]\d\d)[\"']",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"-?\d{1,3}|ok|success|true|false|none|nil|fail(?:ed|ure)?|error|n/?a|denied|empty", re.IGNORECASE)
"""A word that a service answers in place of a file."""
_NUMBER = re.compile(r"-?\d{1,9}")

_ERROR_KEYS = frozenset(
    "code msg message error errors status success errcode errmsg errorcode errormessage errormsg detail details reason"  # noqa: SIM905
    " fault ok ret retcode retmsg retmessage result resultcode resultmsg resultmessage returncode returnmsg"
    " returnmessage respcode respmsg rtncode rtnmsg statuscode statusmessage statustext err errno info description"
    " errordescription exception desc".split()
)
_BESIDE = frozenset(
    "timestamp time path requestid traceid instance type title version help hint trace stacktrace total count page"  # noqa: SIM905
    " pagesize pagenum size serverhost url debug body header head".split()
)
"""Keys that say nothing of whether an answer is one of failure."""
_ERROR_NAME = re.compile("error|exception|(?<!de)fault")
_HEADS = frozenset({"header", "head", "meta", "status", "state", "response", "cmmmsgheader"})
"""Keys under which an answer may speak of itself."""
_PAYLOAD_KEYS = frozenset({"data", "result", "results", "records", "rows", "features", "items", "list", "value"})
_CODE_KEYS = frozenset({"code", "status", "statuscode", "errcode", "errorcode", "retcode", "resultcode", "returncode"})
_WELL = frozenset({"0", "00", "000", "0000", "000000", "200", "true", "success", "ok"})


def find_error(text: str, *, whole: bool) -> str | None:
    """Return ``file_is_an_error`` or ``file_empty`` when a text is the answer of a service that failed or has nothing.

    Args:
        text: From its first character that is neither blank nor part of a comment.
        whole: It is all of the answer.
    """
    if _TRACE.match(text[:_BEGINNING]) or _ERROR_ROOT.match(text) or _WRAPPED_ERROR.match(text):
        return "file_is_an_error"
    if not whole:
        return None
    if _TOKEN.fullmatch(text.strip()):
        return "file_is_an_error"
    inner = _JSONP.match(text.rstrip()) if not text.startswith(("{", "[", "<", '"')) else None
    return _in_json(inner[1] if inner else text) or _in_xml(text) or _in_sentence(text)


def is_table(text: str, *, whole: bool) -> bool:
    """Tell whether the lines of a text have equal numbers of cells, two at least, under some delimiter."""
    lines = text.splitlines()[:50]
    lines = [line for line in (lines if whole else lines[:-1]) if line.strip()]
    for delimiter in ",\t;|":
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        except csv.Error:
            continue
        if len(counts) > 1 and counts[0] > 1 and counts.count(counts[0]) >= 0.8 * len(counts):
            return True
    return False


def _in_sentence(text: str) -> str | None:
    text = text.strip()
    lines = [line for line in text.splitlines() if line.strip()]
    if len(text) > _LONGEST_SENTENCE or len(lines) > _MOST_LINES or not _PLAIN_WORDS.search(text):
        return None
    if len(lines) > 1 and all(re.fullmatch(r"\w{1,8}", line.strip()) for line in lines):
        return None  # a column of words
    cells = re.split(r"[,\t;|]", lines[0])
    is_header = len(cells) > 2 and all(_HEADER_CELL.fullmatch(cell.strip()) for cell in cells)
    return None if is_header or is_table(text, whole=True) else "file_is_an_error"


def _in_json(text: str) -> str | None:
    if not text.lstrip().startswith(("{", "[", '"', "null", "undefined")):
        return None
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return "file_empty" if text.strip() == "undefined" else None
    if answer is None or answer == "":
        return "file_empty"
    if isinstance(answer, str):
        return _in_sentence(answer)
    while isinstance(answer, dict) and len(answer) == 1 and isinstance(inner := next(iter(answer.values())), dict):
        answer = inner
    if isinstance(answer, list):
        only = answer[0] if len(answer) == 1 else None
        names_error = isinstance(only, dict) and any(re.search("err|exception|fault", key, re.I) for key in only)
        return _judge(only) if isinstance(only, dict) and names_error else None
    return _judge(answer) if isinstance(answer, dict) else None


def _in_xml(text: str) -> str | None:
    """Read a small document of plain elements, each there once, as the facts that JSON would give."""
    if len(text) < _LONGEST_SENTENCE and _FAILED_ROOT.match(text):
        return "file_is_an_error"
    found = _ROOT.match(text.rstrip()) if len(text) < _LONGEST_XML else None
    if not found:
        return None
    root, content = found.groups()
    if root.rpartition(":")[2].lower() == "string":  # what ASP.NET puts around a text
        plain = content.replace("&quot;", '"').replace("&lt;", "<").strip()
        return _in_json(plain) or _in_sentence(plain)
    leaves = _LEAF.findall(content)
    names = [_plain(name.rpartition(":")[2]) for name, *_ in leaves]
    if len(set(names)) != len(names):
        return None
    return _judge({name: (cdata or value).strip() for name, (_, cdata, value) in zip(names, leaves, strict=True)})


def _judge(answer: Mapping[str, Any]) -> str | None:
    """Judge the facts of an answer: it says that it failed, or it speaks of itself and has no data."""
    facts = {_plain(str(key)): value for key, value in answer.items()}
    for key in facts.keys() & _HEADS:
        if isinstance(facts[key], dict):
            facts |= {_plain(str(name)): value for name, value in facts.pop(key).items()}
    payload = [value for key, value in facts.items() if key in _PAYLOAD_KEYS and _has_data(value)]
    if len(facts) > 16 or any(isinstance(value, list) for value in payload):
        return None
    spoken = {key for key in facts if key in _ERROR_KEYS or _ERROR_NAME.search(key)}
    empty = {key for key in facts if key in _PAYLOAD_KEYS and not _has_data(facts[key])}
    others = facts.keys() - spoken - empty - _BESIDE - _PAYLOAD_KEYS
    if not spoken or len(others) > len(spoken):
        return None
    if _says_failed(facts) or (len(others) < len(spoken) and _has_code_of_failure(facts)):
        return "file_is_an_error"
    if payload or others:
        return None
    if empty and _says_well(facts):
        return "file_empty"
    words = [str(facts[key]) for key in spoken if key.endswith(("msg", "message", "reason", "detail", "text"))]
    has_code = bool(facts.keys() & {*_CODE_KEYS, *_FLAGS})
    return "file_is_an_error" if words and (has_code or _PLAIN_WORDS.search(" ".join(words))) else None


def _says_failed(facts: Mapping[str, Any]) -> bool:
    flags = (str(facts.get(key, "")).strip().lower() for key in _FLAGS)
    errors = (value for key, value in facts.items() if _ERROR_NAME.search(key))
    return any(flag in ("false", "fail", "failed", "failure", "error") for flag in flags) or any(
        value and not _is_zero(value) and not (isinstance(value, list) and len(value) > _MOST_ERRORS)
        for value in errors
    )


def _has_code_of_failure(facts: Mapping[str, Any]) -> bool:
    codes = (str(facts[key]).strip() for key in _CODE_KEYS & facts.keys())
    return any(_NUMBER.fullmatch(code) and (400 <= int(code) < 600 or int(code) < 0) for code in codes)


_FLAGS = ("success", "ok", "status", "result", "flag", "state")


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
