"""What of a text a query matched where Solr cannot tell. Imports nothing of CKAN."""

from __future__ import annotations

from ckanext.nxopendata.search.words.pinyin import LATIN, find_spelt, join_pinyin, normalize_text
from ckanext.nxopendata.search.words.synonyms import synonym_groups


def find_spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where ``text`` has what a query in pinyin spells, or another word for what it names.

    >>> find_spans("宁夏旅游景区", "lvyou"), find_spans("乡村振兴指标", "扶贫"), find_spans("旅游景区", "lyjq")
    ([(2, 4)], [(0, 4)], [(0, 4)])
    """
    wanted = join_pinyin(normalize_text(query)).replace(" ", "")
    if LATIN.match(wanted):
        return find_spelt(text, wanted)
    found = []
    for group in synonym_groups():
        if any(word in query for word in group):
            # The longest first: 乡村振兴局 is marked once.
            for word in sorted(group, key=len, reverse=True):
                start = text.find(word)
                if start >= 0 and not any(a < start + len(word) and start < b for a, b in found):
                    found.append((start, start + len(word)))
    return sorted(found)
