"""One spelling for digits: full-width, circled, Chinese and other scripts' digits become ASCII; nothing stands between.

Lines stay lines, so that a place can be found again by its line.
"""

from __future__ import annotations

import re
import unicodedata

from ckanext.nxopendata.safety.recognition import prefilter

_HIDDEN = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0020-\U000e007f"
_DIGITS = (
    "\u0660-\u0669\u06f0-\u06f9\u07c0-\u07c9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\u0ed0-\u0ed9\u0f20-\u0f29"
    "\u1040-\u1049\u17e0-\u17e9\u1810-\u1819\u00b2\u00b3\u00b9\u2070-\u2089\U0001d7ce-\U0001d7ff"
)
_CIRCLED = "\u2460-\u249b\u24ea-\u24ff\u2776-\u2793"
SUSPECT = re.compile(f"[{_HIDDEN}{_DIGITS}{_CIRCLED}\uff10-\uff19\uff20-\uff3a\uff41-\uff5a\U0001d400-\U0001d7cd]")
"""What makes a text worth rewriting; most texts have none of it."""

HIDDEN = re.compile(f"[{_HIDDEN}]")
LIST_MARK = re.compile(f"(?<![{_CIRCLED}])[{_CIRCLED}]{{1,3}}(?![{_CIRCLED}])")
"""A circled number before an entry; not digits of a number."""

_HAN = "〇○零一二三四五六七八九壹贰叁肆伍陆柒捌玖"
CHINESE_DIGITS = re.compile(f"[{_HAN}]{{11,}}[Xx]?")
_CHINESE = str.maketrans(_HAN, "000123456789123456789")
SHORT = 200
"""Characters up to which one look by ``re`` costs less than the prefilter."""

_PREFILTER = prefilter.Prefilter({"suspect": (SUSPECT.pattern, ()), "digits": (CHINESE_DIGITS.pattern, ())})


def normalise(text: str) -> str:
    """Return a text with one spelling for digits and letters, and without characters that nobody sees."""
    if text.isascii():
        return text
    if len(text) <= SHORT:
        return _rewrite(text)
    if len(text) <= prefilter.PIECE:
        return _rewrite(text) if _PREFILTER.find(text) else text
    return "".join(normalise(text[start:end]) for start, end in prefilter.cut(text))


def _rewrite(text: str) -> str:
    if SUSPECT.search(text):
        text = LIST_MARK.sub(" ", HIDDEN.sub("", text))
        text = unicodedata.normalize("NFKC", text)
        if not all(sign.isascii() for sign in set(text) if sign.isdecimal()):
            text = "".join(
                str(unicodedata.decimal(sign)) if sign > "\x7f" and sign.isdecimal() else sign for sign in text
            )
    if CHINESE_DIGITS.search(text):
        text = CHINESE_DIGITS.sub(lambda found: found[0].translate(_CHINESE), text)
    return text
