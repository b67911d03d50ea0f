"""In which of several encodings the bytes of a text make sense, a few bad ones counted and not obeyed.

UTF-8 is hardly ever valid by chance, so a text with many valid characters in it is UTF-8 even where some bytes are not.
The East Asian encodings accept nearly anything: there the share of frequent characters decides, and Western encodings
are known by single letters among ASCII.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import IO

BLOCK = 1024 * 1024
SAMPLE = 256 * 1024
REPLACE = "nxopendata.replace"
"""Error handler: the euro sign for 0x80, where code page 936 has it, else U+FFFD."""

FREQUENT_ENOUGH = 0.3
SURE = 0.97
DIFFERENT = 8
"""Different letters of a script that a text must have: fewer may be chance."""

KANA_SHARE = 0.15
HANGUL = re.compile("[가-힣]")
KANA = re.compile("[ぁ-ヶ]")
RUSSIAN = re.compile("[А-Яа-яЁё№]")
FULL_WIDTH = re.compile("[\u3000-\u3040\uff00-\uff60]")
VALID_TO_BAD = 4
"""Characters beyond ASCII that must be valid for each byte that is not, else it is another encoding."""

LETTERS = re.compile("[À-ÖØ-öø-ÿŒœŠšŽžŸ€£°²³µ§©®±½¼·“”‘’–—…«»]")


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.start + 1]
    return ("€" if bad == b"\x80" and "gb" in error.encoding.lower() else "\ufffd"), error.start + 1


codecs.register_error(REPLACE, _replace)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a text decodes: its characters beyond ASCII, those that could not be decoded among them as ``bad``."""

    foreign: int
    bad: int

    @property
    def convincing(self) -> bool:
        """Whether what is valid outweighs what is not."""
        return self.bad == 0 or self.foreign - self.bad >= VALID_TO_BAD * self.bad


def measure(file: IO[bytes], codec: str) -> Fit:
    """Decode a whole file and count.

    Raises:
        LookupError: there is no such codec.
    """
    decoder = codecs.getincrementaldecoder(codec)(REPLACE)
    file.seek(0)
    foreign = bad = 0
    while True:
        block = file.read(BLOCK)
        text = decoder.decode(block, final=not block)
        if not text.isascii():
            foreign += len(text) - len(text.encode("ascii", "ignore"))
            bad += text.count("\ufffd")
        if not block:
            return Fit(foreign, bad)


def detect_utf16(head: bytes) -> str:
    """UTF-16 without a mark: each comma, tab, digit or line end has its zero byte on one side; "" for others."""
    head = head[: len(head) // 2 * 2]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < 2 or max(even, odd) < 8 * min(even, odd) or max(even, odd) * 40 < len(head):
        return ""
    codec = "utf-16-be" if even > odd else "utf-16-le"
    text = head.decode(codec, "replace")
    return codec if text.count("\ufffd") * 50 < len(text) and re.search(r"[,;\t\n]", text) else ""


def rank_by_letters(sample: bytes) -> str:
    """The codec whose frequent characters a text that is not UTF-8 is made of; "" where none convinces."""
    if foreign := _rank_other_scripts(sample):
        return foreign
    scores = {
        "gb18030": _share_of_pairs(sample.decode("gb18030", REPLACE), "gb2312", 0xB0, 0xD7),
        "big5": _share_of_pairs(sample.decode("big5", "replace"), "big5", 0xA4, 0xC6),
    }
    best = max(scores, key=lambda codec: scores[codec])
    western = _share_of_letters(sample)
    if scores[best] >= FREQUENT_ENOUGH and not (western > scores[best] and western > 0.95 and _letters_alone(sample)):
        return best
    if western >= 0.8 and _letters_alone(sample):
        return "cp1252"
    # Kana and kanji of the first level alone, where no Chinese encoding fits.
    return "cp932" if _share_of_pairs(_strict(sample, "cp932"), "cp932", 0x82, 0x97) >= SURE else ""


def _rank_other_scripts(sample: bytes) -> str:
    """The codec of a text in Korean, Japanese or Russian, which the Chinese encodings read as rare characters.

    Each has a script of its own: Hangul, kana, Cyrillic words in lower case. Chinese that is read so has other signs
    among them, so enough different ones must stand in the text.
    """
    for codec, script, share in (
        ("euc_kr", HANGUL, SURE),
        ("cp932", KANA, KANA_SHARE),
        ("euc_jp", KANA, KANA_SHARE),
        ("cp1251", RUSSIAN, SURE),
    ):
        foreign = [sign for sign in _strict(sample, codec) if sign >= "\u00c0" and not FULL_WIDTH.match(sign)]
        matching = [sign for sign in foreign if script.match(sign)]
        if len(set(matching)) < DIFFERENT or len(matching) < share * len(foreign):
            continue
        if codec == "cp1251" and sum(map(str.islower, foreign)) < 0.6 * len(foreign):
            continue
        if codec == "cp932" and any("\uff61" <= sign <= "\uff9f" for sign in foreign):
            continue  # half-width kana are what other encodings look like
        return "cp949" if codec == "euc_kr" else codec
    return ""


def _strict(sample: bytes, codec: str) -> str:
    """A text whose bytes all make sense in an encoding, a character cut at the end left out; else ""."""
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(sample)
    except UnicodeError:
        return ""


def _share_of_pairs(text: str, codec: str, first: int, last: int) -> float:
    """The share of characters beyond ASCII that are of a character set's frequent half, punctuation left out."""
    foreign = [sign for sign in text if sign >= "\u0080" and not ("\u3000" <= sign <= "\u303f" or sign >= "\uff00")]
    if not foreign:
        return 0.0
    encoded = (sign.encode(codec, "ignore") for sign in foreign)
    frequent = sum(len(pair) == 2 and first <= pair[0] <= last for pair in encoded)
    rare = sum(sign > "\uffff" for sign in foreign) if codec == "gb2312" else 0  # four bytes are no chance
    return (frequent + rare) / len(foreign)


def _share_of_letters(sample: bytes) -> float:
    foreign = [sign for sign in sample.decode("cp1252", "replace") if sign >= "\u0080"]
    return sum(bool(LETTERS.match(sign)) for sign in foreign) / len(foreign) if foreign else 0.0


def _letters_alone(sample: bytes) -> bool:
    """Whether bytes beyond ASCII stand alone or in short runs, as letters with accents do."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    return sum(len(run) == 1 for run in runs) >= 0.6 * len(runs)
