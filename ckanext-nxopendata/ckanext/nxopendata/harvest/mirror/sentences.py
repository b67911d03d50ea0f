"""Sentences that services answer in place of a file, and what is none of them: tables, statements, the law."""

from __future__ import annotations

import csv
import re

_LONGEST = 300
_MOST_LINES = 3

PLAIN_WORDS = re.compile(
    r"未登[录陆]|请登[录陆]|请先|请重新|重新登|登[录陆](?:超时|失效|过期|已)|会话|令牌|繁忙|[稍以]后|权限不足|[无没]有?(?:访问|操作)?权"
    r"|不存在|未找到|找不到|出错|拒绝|禁止|受限|频繁|非法|不能为空|签名|验证码|维护|不可用|无效|错误|失败|异常|权限|过期|失效|超时"
    r"|暂无数据|没有数据|数据为空"
    r"|not found|error|denied|unauthori[sz]ed|forbidden|expired|invalid|too many|unavailable|log ?in\b|sign ?in\b"
    r"|try again|bad (?:request|gateway)|time[- ]?out|timed out|not (?:allowed|authori[sz]ed|authenticated|permitted)"
    r"|not exist|no such|session|rate limit|quota|maintenance|captcha|went wrong|failed|\bbusy\b|no data",
    re.IGNORECASE,
)
"""Words of failure; files have them too."""

_ASKS = re.compile(
    r"(?<![申邀聘提])请(?![求假])|稍[后候等]|[再重]试|重新登|联系管理|抱歉|对不起|sorry|please|\bagain\b", re.IGNORECASE
)
"""What a service says to a person, and a table or a rule does not."""
_LAW = re.compile(
    r"《[^》]+》|第[一二三四五六七八九十百零〇\d]+条|[〔\[]\d{4}[〕\]]|关于.*的(?:决定|通知|办法|规定|意见)\s*\Z"
)
_CELL = re.compile(r"[^。！!？?]{0,12}|[A-Za-z][\w.]{0,40}")
_IDENTIFIER = re.compile(r"[A-Za-z][\w.]*")
_COLUMN_NOUNS = tuple(
    "原因 代码 码 类型 类别 数量 数 信息 号 说明 名称 时间 日期 率 情况 状态"  # noqa: SIM905
    " 事由 依据 条款 级别 内容 方式 项 地点 人".split()
)
"""How the names of columns end."""
_NUMBER = re.compile(r"[-+±]?\d[\d.,]*\s*[%‰％]?")
_SAYS_STATUS = re.compile(r"(?:status|code|error|http|line)\b", re.IGNORECASE)
_STATEMENT = re.compile(
    r"(?:create|drop|alter|truncate)\s+(?:\w+\s+){0,3}(?:table|database|schema|view|index|sequence)\b"
    r"|(?:insert|replace|merge)\s+(?:\w+\s+)?into\s|delete\s+from\s|update\s+\S+\s+set\s|select\s.{1,200}\sfrom\s"
    r"|set\s+\w+|use\s+\S+\s*;|begin\s*(?:;|transaction)|lock\s+tables|load\s+data\s"
    r"|@prefix\s|@base\s|prefix\s+\S*:\s*<|base\s+<"
    r"|<[^<>\s]*>\s+(?:<[^<>\s]*>|a|[\w-]*:[\w-]+)\s|_:\S+\s+<[^<>\s]*>\s",
    re.IGNORECASE | re.DOTALL,
)
_MORE_STATEMENTS = re.compile(
    r"--|/\*|#|[\w-]*:[\w-]+\s+(?:[\w-]*:[\w-]+|a|<[^<>\s]*>)\s|\[\s*(?:\]|<[^<>\s]*>\s|a\s)|\{\s*(?:<[^<>\s]*>\s|_:)|graph\s+<",
    re.IGNORECASE,
)
"""How files of statements begin that others may begin with as well."""
STATEMENTS = frozenset({"SQL", "TTL", "N3", "NT", "NQ", "TRIG"})
"""Formats of statements: those of SQL and the triples of RDF."""


def is_sentence(text: str) -> bool:
    """Tell whether a text, all of it, is a short one of failure and neither a table nor a rule of law."""
    text = text.strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or len(text) > _LONGEST or len(lines) > _MOST_LINES or not PLAIN_WORDS.search(text):
        return False
    if _is_column(lines) or is_header(lines[0]) or _is_table_of_blanks(lines) or is_table(text, whole=True):
        return False
    return not _LAW.search(text) or _ASKS.search(text) is not None


def is_statements(text: str, declared: str = "") -> bool:
    """Tell whether a text begins as files of SQL or of RDF's triples do; ``declared`` is its format in capitals."""
    return bool(_STATEMENT.match(text) or (declared in STATEMENTS and _MORE_STATEMENTS.match(text)))


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


def is_number(text: str) -> bool:
    """Tell whether a text is a number or a percentage."""
    return _NUMBER.fullmatch(text.strip()) is not None


def is_header(line: str) -> bool:
    """Tell whether a line is the names of two columns or more: two with words of failure must be names, not clauses."""
    cells = [cell.strip().strip('"').strip() for cell in re.split(r"[,\t;|]", line)]
    if len(cells) < 2 or _ASKS.search(line) or not all(_CELL.fullmatch(cell) for cell in cells):
        return False
    if len(cells) > 2:
        return True
    return all(map(_is_column_name, cells)) and not all(PLAIN_WORDS.fullmatch(cell) for cell in cells)


def _is_column_name(cell: str) -> bool:
    return (
        not PLAIN_WORDS.search(cell)
        or PLAIN_WORDS.fullmatch(cell) is not None
        or _IDENTIFIER.fullmatch(cell) is not None
        or cell.endswith(_COLUMN_NOUNS)
    )


def _is_column(lines: list[str]) -> bool:
    """Tell whether lines are one column: of words, of numbers, or of texts under a name."""
    if len(lines) < 2:
        return False
    lines = [line.strip('"') or '""' for line in lines]
    if all(re.fullmatch(r"\w{1,8}", line) for line in lines):
        return True
    if not re.fullmatch(r"[\w()（） /%-]{1,30}", lines[0]):
        return False
    texts = lines[1:]
    named = lines[0].endswith(_COLUMN_NOUNS) and not any(_ASKS.search(line) or line[-1] in "。！!" for line in texts)
    return named or all(map(is_number, texts))


def _is_table_of_blanks(lines: list[str]) -> bool:
    """Tell whether blanks part lines into equal numbers of cells, with numbers under a name."""
    header, *rows = (line.split() for line in lines)
    if not rows or len(header) < 2 or any(map(is_number, header)) or any(len(row) != len(header) for row in rows):
        return False
    if any(_SAYS_STATUS.match(row[0]) for row in rows):
        return False
    return any(all(is_number(row[column]) for row in rows) for column in range(len(header)))
