"""How to credit a source: a sentence in Chinese and English, BibTeX, APA 7 and GB/T 7714-2015."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ckanext.nxopendata.licences.odrl.policy import Policy


@dataclass(frozen=True, slots=True)
class Source:
    """One dataset as a credit names it. ``titles`` and ``publishers`` are by language ("zh", "en")."""

    titles: dict[str, str]
    publishers: dict[str, str]
    url: str
    licence: Policy
    updated: str = ""
    name: str = ""

    def title(self, lang: str) -> str:
        return self.titles.get(lang) or self.titles.get("zh") or self.titles.get("en") or self.name

    def publisher(self, lang: str) -> str:
        return self.publishers.get(lang) or self.publishers.get("zh") or self.publishers.get("en") or ""

    @property
    def year(self) -> str:
        return self.updated[:4]


@dataclass(frozen=True, slots=True)
class Attribution:
    """The same credit in five forms."""

    zh: str
    en: str
    bibtex: str
    apa: str
    gbt7714: str


def attribution(
    source: Source, retrieved: date, portal: str = "宁夏公共数据开放平台", portal_en: str = ""
) -> Attribution:
    """Every form of the credit for one source, as of the day it was retrieved; ``portal_en`` is its name in English."""
    day = retrieved.isoformat()
    return Attribution(
        zh=_zh(source, day),
        en=_en(source, day),
        bibtex=_bibtex(source, day),
        apa=_apa(source, portal_en or portal),
        gbt7714=_gbt(source, day, portal),
    )


def attribution_lines(sources: Sequence[Source], retrieved: date, lang: str) -> list[str]:
    """One sentence a source, each source once, in the given order."""
    make = _zh if lang == "zh" else _en
    return list(dict.fromkeys(make(source, retrieved.isoformat()) for source in sources))


def _zh(source: Source, day: str) -> str:
    parts = [f"《{source.title('zh')}》", source.publisher("zh"), source.url]
    licence = f"按{source.licence.title('zh')}（{source.licence.url('zh')}）使用"
    return "，".join([part for part in parts if part] + [licence, f"获取日期：{day}"]) + "。"


def _en(source: Source, day: str) -> str:
    parts = [f"“{source.title('en')}”", source.publisher("en"), source.url]
    licence = f"used under {source.licence.title('en')} ({source.licence.url('en')})"
    return ", ".join([part for part in parts if part] + [licence, f"retrieved {day}"]) + "."


_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in " ".join(text.split()))


def _bibtex(source: Source, day: str) -> str:
    key = re.sub(r"[^A-Za-z0-9-]", "", source.name) or "dataset"
    fields = {
        "title": f"{{{{{_tex(source.title('zh'))}}}}}",
        "author": f"{{{{{_tex(source.publisher('zh'))}}}}}",
        "year": f"{{{source.year}}}",
        "url": f"{{{source.url}}}",
        "urldate": f"{{{day}}}",
        "note": f"{{{_tex(source.licence.title('en'))}}}",
    }
    lines = [f"  {name} = {value}" for name, value in fields.items() if value.strip("{}")]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"


def _apa(source: Source, portal: str) -> str:
    """APA 7, 10.9: Author. (Year). Title [Data set]. Publisher. URL"""
    year = source.year or "n.d."
    author = f"{source.publisher('en')}. " if source.publisher("en") else ""
    return f"{author}({year}). {source.title('en')} [Data set]. {portal}. {source.url}"


def _gbt(source: Source, day: str, portal: str) -> str:
    """GB/T 7714-2015, 4.6 and appendix B: 责任者. 题名[DS/OL]. 出版者, (更新日期)[引用日期]. 获取路径."""
    author = f"{source.publisher('zh')}. " if source.publisher("zh") else ""
    updated = f"({source.updated[:10]})" if source.updated else ""
    return f"{author}{source.title('zh')}[DS/OL]. {portal}, {updated}[{day}]. {source.url}."
