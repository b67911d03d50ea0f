"""Small catalogues in the shape departments publish: DCAT as CKAN and the demo serve it."""

from __future__ import annotations

PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix nx: <https://data.nx.example/ns/catalogue#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
"""


def iri(key: object) -> str:
    return f"https://dept.example/dataset/{key}"


def dataset(key: object, title: str | None = None, notes: str = "说明", extra: str = "") -> str:
    return f"""
<{iri(key)}> a dcat:Dataset ;
  dct:title "{title or f"数据集{key}"}"@zh ; dct:description "{notes}"@zh ;
  dct:license "按原文" ; dcat:keyword "旅游", "景区" ; nx:updateCycle "6" ; {extra}
  dcat:distribution <{iri(key)}/file> .
<{iri(key)}/file> a dcat:Distribution ; dct:title "文件{key}"@zh ;
  dcat:downloadURL <https://dept.example/data/{key}.csv> ; dct:format "CSV" .
"""


def turtle(*keys: object, more: str = "") -> str:
    return PREFIXES + "".join(dataset(key) for key in keys) + more


def page(url: str, keys: list[object], following: str | None, total: int | None = None) -> str:
    links = f"<{url}> a hydra:PagedCollection"
    if following:
        links += f" ; hydra:next <{following}>"
    if total is not None:
        links += f" ; hydra:totalItems {total}"
    return turtle(*keys, more=links + " .")
