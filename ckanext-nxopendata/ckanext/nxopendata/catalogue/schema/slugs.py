"""Readable addresses from Chinese titles: ``宁夏A级旅游景区名录`` gives ``ning-xia-a-ji-lv-you-jing-qu-ming-lu``."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import count

from pypinyin import Style, lazy_pinyin

MAXIMUM = 80
"""Characters; CKAN allows 100, the rest is kept for a number."""


@lru_cache(maxsize=1_000)
def make_slug(title: str) -> str:
    """The pinyin of ``title`` in lower-case ASCII words joined by hyphens.

    At most :data:`MAXIMUM` characters, cut at a word. "" when nothing of the title can be spelled.
    """
    syllables = lazy_pinyin(title, style=Style.NORMAL, v_to_u=False)
    words = re.findall(r"[a-z0-9]+", "-".join(syllables).lower().replace("ü", "v"))
    text = "-".join(words)
    if len(text) > MAXIMUM:
        text = text[: MAXIMUM + 1].rsplit("-", 1)[0][:MAXIMUM]
    return text


def list_candidates(base: str) -> Iterator[str]:
    """``base``, then ``base-2``, ``base-3`` and so on."""
    yield base
    for number in count(2):
        yield f"{base}-{number}"


def choose_unique(base: str, taken: Callable[[str], bool]) -> str:
    """The first candidate that is not ``taken``."""
    return next(name for name in list_candidates(base) if not taken(name))
