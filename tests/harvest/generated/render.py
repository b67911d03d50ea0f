"""A catalogue in each format. Every function gives a whole document or one page of it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from .catalogue import CYCLES, Dataset

PAGE = 20

THEMES = {
    "1": "信用服务", "2": "医疗卫生", "3": "社保就业", "4": "公共安全", "5": "城建住房", "6": "交通运输",
    "7": "教育文化",
    "8": "科技创新", "9": "资源能源", "10": "生态环境", "11": "工业农业", "12": "商贸流通", "13": "财税金融",
    "14": "安全生产", "15": "市场监管", "16": "社会救助", "17": "法律服务", "18": "生活服务", "19": "气象服务",
    "21": "机构团体", "nx-tourism": "文化旅游",
}  # fmt: skip
OFTEN = dict(CYCLES)


# DCAT

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix nx: <https://data.nx.example/ns/catalogue#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def turtle_of(dataset: Dataset) -> str:
    """The triples of one dataset, without prefixes."""
    items = " , ".join(
        f'[ nx:itemOrder {at} ; nx:itemName "{item.name}" ; nx:itemType "{item.type}" ; nx:itemLength "{item.length}" ]'
        if item.length
        else f'[ nx:itemOrder {at} ; nx:itemName "{item.name}" ; nx:itemType "{item.type}" ]'
        for at, item in enumerate(dataset.items, start=1)
    )
    files = "".join(
        f'<{file.url}> a dcat:Distribution ; dct:title "{file.name}"@zh ; dcat:downloadURL <{file.url}> ;'
        f' dct:format "{file.kind}" ; dcat:byteSize {file.size} .\n'
        for file in dataset.files
    )
    return (
        f'<{dataset.iri}> a dcat:Dataset ; dct:title "{dataset.title}"@zh , "{dataset.title_en}"@en ;\n'
        f' dct:identifier "{dataset.id}" ; dct:description "{dataset.notes}"@zh ;\n'
        f" dcat:keyword {' , '.join(f'{json.dumps(tag, ensure_ascii=False)}@zh' for tag in dataset.tags)} ;\n"
        f' dct:issued "{dataset.issued}"^^xsd:date ; dct:license "{dataset.licence}" ; nx:region "{dataset.region}" ;\n'
        f' dcat:theme [ <http://www.w3.org/2004/02/skos/core#notation> "{dataset.theme}" ] ;\n'
        f' nx:updateCycle "{dataset.cycle}" ; dct:publisher [ foaf:name "{dataset.provider}"@zh ] ;\n'
        f" dcat:contactPoint [ vcard:hasEmail <mailto:{dataset.email}> ; vcard:hasTelephone <tel:{dataset.phone}> ] ;\n"
        f" nx:item {items} ; dcat:distribution {' , '.join(f'<{file.url}>' for file in dataset.files)} .\n{files}"
    )


def turtle(datasets: Iterable[Dataset]) -> str:
    return PREFIXES + "".join(map(turtle_of, datasets))


def turtle_page(datasets: Sequence[Dataset], number: int, address: str, rows: int = PAGE) -> str:
    """Page ``number`` (from 1) with Hydra; ``address`` lacks the number."""
    shown = datasets[(number - 1) * rows : number * rows]
    view = f"<{address}{number}> a hydra:PagedCollection ; hydra:totalItems {len(datasets)}"
    if number * rows < len(datasets):
        view += f" ; hydra:next <{address}{number + 1}>"
    return turtle(shown) + view + " .\n"


def rdf(datasets: Iterable[Dataset], syntax: str) -> bytes:
    """The same in another syntax: ``xml``, ``json-ld``, ``nt``, as rdflib writes it."""
    import rdflib

    graph = rdflib.Graph()
    graph.parse(data=turtle(datasets), format="turtle")
    return graph.serialize(format="pretty-xml" if syntax == "xml" else syntax, encoding="utf-8")


# JSON


def package_of(dataset: Dataset, version: str = "2.12") -> dict[str, Any]:
    """A dataset as CKAN's API gives it; the fields differ between versions, the dataset does not."""
    package: dict[str, Any] = {
        "id": dataset.id,
        "name": f"dataset-{dataset.number}",
        "title": dataset.title,
        "notes": dataset.notes,
        "type": "dataset",
        "state": "active",
        "private": False,
        "license_id": "",
        "license_title": dataset.licence,
        "author": "",
        "author_email": "",
        "maintainer": dataset.provider,
        "maintainer_email": dataset.email,
        "metadata_created": f"{dataset.issued}T08:00:00.000000",
        "metadata_modified": f"{dataset.issued}T08:00:00.000000",
        "num_resources": len(dataset.files),
        "num_tags": len(dataset.tags),
        "organization": {"id": "x", "name": "gov", "title": dataset.provider, "is_organization": True},
        "groups": [{"name": "g", "title": THEMES[dataset.theme], "display_name": THEMES[dataset.theme]}],
        "tags": [{"name": tag, "display_name": tag, "vocabulary_id": None} for tag in dataset.tags],
        "extras": [
            {"key": "更新频率", "value": OFTEN[dataset.cycle]},
            {"key": "部门电话", "value": dataset.phone},
            {"key": "region", "value": dataset.region},
        ],
        "resources": [
            {
                "id": f"{dataset.id[:-2]}{at:02}",
                "package_id": dataset.id,
                "position": at,
                "name": file.name,
                "description": "",
                "url": file.url,
                "format": file.kind,
                "size": file.size,
                "state": "active",
            }
            for at, file in enumerate(dataset.files)
        ],
    }
    if version < "2.9":
        package |= {"revision_id": f"r-{version}", "tracking_summary": {"total": 7, "recent": 1}}
    return package


def datajson_of(dataset: Dataset, *, us3: bool = False) -> dict[str, Any]:
    """A dataset of POD 1.1, or of DCAT-US 3."""
    periods = {"2": "R/P1D", "4": "R/P1M", "5": "R/P3M", "6": "R/P1Y"}
    contact = {"@type": "vcard:Contact", "fn": dataset.provider, "hasEmail": f"mailto:{dataset.email}"}
    entry: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "identifier": dataset.id,
        "title": dataset.title,
        "description": dataset.notes,
        "keyword": list(dataset.tags),
        "modified": dataset.issued,
        "issued": dataset.issued,
        "accessLevel": "public",
        "license": dataset.licence,
        "accrualPeriodicity": periods[dataset.cycle],
        "theme": [THEMES[dataset.theme]],
        "spatial": dataset.region,
        "publisher": {"@type": "org:Organization", "name": dataset.provider},
        "contactPoint": contact,
        "distribution": [
            {"@type": "dcat:Distribution", "title": file.name, "downloadURL": file.url, "format": file.kind}
            for file in dataset.files
        ],
    }
    if us3:
        del entry["accessLevel"]
        entry |= {
            "identifier": {"@id": dataset.iri, "schemaAgency": "宁夏"},
            "contactPoint": [contact | {"tel": dataset.phone}],
            "theme": [{"@type": "Concept", "prefLabel": THEMES[dataset.theme]}],
            "spatial": [{"@type": "Location", "prefLabel": dataset.region}],
        }
    return entry


def datajson(datasets: Iterable[Dataset], *, us3: bool = False) -> str:
    head = (
        {"@type": "dcat:Catalog", "conformsTo": "https://resource.data.gov/def/dcat-us/3.0"}
        if us3
        else {
            "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
            "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        }
    )
    return json.dumps(head | {"dataset": [datajson_of(one, us3=us3) for one in datasets]}, ensure_ascii=False, indent=1)


# XML

XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def gbt_of(dataset: Dataset) -> str:
    keys = "".join(f"<keyword>{escape(tag)}</keyword>" for tag in dataset.tags)
    links = "".join(f"<onLineSrc>{file.url}</onLineSrc>" for file in dataset.files)
    items = "".join(
        f"<items><name>{item.name}</name><type>{item.type}</type>"
        + (f"<length>{item.length}</length>" if item.length else "")
        + "</items>"
        for item in dataset.items
    )
    return f"""<record><mdId>{dataset.id}</mdId><resTitle xml:lang="zh">{escape(dataset.title)}</resTitle>
<resTitle xml:lang="en">{escape(dataset.title_en)}</resTitle><resID>{dataset.code}</resID>
<abstract xml:lang="zh">{escape(dataset.notes)}</abstract><pubDate>{dataset.issued}</pubDate>
<IdPoC><rpOrgName>{dataset.provider}</rpOrgName></IdPoC><DescKeys>{keys}</DescKeys>
<TpCat><cateStd>发改高技〔2017〕1272号</cateStd><cateName>部门</cateName><cateCode>306</cateCode></TpCat>{links}
<guide><licenseId>{dataset.licence}</licenseId>{items}<updateCycle>{dataset.cycle}</updateCycle>
<theme>{dataset.theme}</theme><region>{dataset.region}</region><contactPhone>{dataset.phone}</contactPhone>
<contactEmail>{dataset.email}</contactEmail></guide></record>
"""


def gbt(datasets: Iterable[Dataset]) -> str:
    space = "https://data.nx.example/ns/catalogue-xml/1.0"
    return f'{XML_HEAD}<catalogue xmlns="{space}">\n' + "".join(map(gbt_of, datasets)) + "</catalogue>\n"


ISO_TOPICS = {
    "10": "environment",
    "2": "health",
    "6": "transportation",
    "13": "economy",
    "11": "farming",
    "5": "structure",
}
ISO_CYCLES = {"2": "daily", "4": "monthly", "5": "quarterly", "6": "annually"}
ISO_SPACES = (
    'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco"'
    ' xmlns:gml="http://www.opengis.net/gml"'
)


def iso_of(dataset: Dataset) -> str:
    """ISO 19139 with Chinese as its language and English beside it, as geographic departments publish it."""

    def text(name: str, value: str, more: str = "") -> str:
        return f"<gmd:{name}><gco:CharacterString>{escape(value)}</gco:CharacterString>{more}</gmd:{name}>"

    def code(name: str, kind: str, value: str) -> str:
        lists = "http://www.isotc211.org/2005/resources/codeList.xml"
        coded = f'<gmd:{kind} codeList="{lists}#{kind}" codeListValue="{value}">{value}</gmd:{kind}>'
        return f"<gmd:{name}>{coded}</gmd:{name}>"

    english = (
        '<gmd:PT_FreeText><gmd:textGroup><gmd:LocalisedCharacterString locale="#locale-eng">'
        f"{escape(dataset.title_en)}</gmd:LocalisedCharacterString></gmd:textGroup></gmd:PT_FreeText>"
    )
    keys = "".join(text("keyword", tag) for tag in dataset.tags)
    online = "".join(
        "<gmd:onLine><gmd:CI_OnlineResource>"
        f"<gmd:linkage><gmd:URL>{file.url}</gmd:URL></gmd:linkage>{text('protocol', 'WWW:DOWNLOAD-1.0-http--download')}"
        f"{text('name', file.name)}</gmd:CI_OnlineResource></gmd:onLine>"
        for file in dataset.files
    )
    topic = ISO_TOPICS.get(dataset.theme, "society")
    return f"""<gmd:MD_Metadata {ISO_SPACES}>
{text("fileIdentifier", dataset.id)}{code("language", "LanguageCode", "zho")}
{code("hierarchyLevel", "MD_ScopeCode", "dataset")}<gmd:dateStamp><gco:Date>{dataset.issued}</gco:Date></gmd:dateStamp>
<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>
{text("title", dataset.title, english)}
<gmd:date><gmd:CI_Date><gmd:date><gco:Date>{dataset.issued}</gco:Date></gmd:date>
{code("dateType", "CI_DateTypeCode", "publication")}</gmd:CI_Date></gmd:date></gmd:CI_Citation></gmd:citation>
{text("abstract", dataset.notes)}<gmd:pointOfContact><gmd:CI_ResponsibleParty>
{text("organisationName", dataset.provider)}
<gmd:contactInfo><gmd:CI_Contact><gmd:phone><gmd:CI_Telephone>
{text("voice", dataset.phone)}</gmd:CI_Telephone></gmd:phone>
<gmd:address><gmd:CI_Address>
{text("electronicMailAddress", dataset.email)}</gmd:CI_Address></gmd:address></gmd:CI_Contact>
</gmd:contactInfo>{code("role", "CI_RoleCode", "pointOfContact")}</gmd:CI_ResponsibleParty></gmd:pointOfContact>
<gmd:resourceMaintenance><gmd:MD_MaintenanceInformation>
{code("maintenanceAndUpdateFrequency", "MD_MaintenanceFrequencyCode", ISO_CYCLES[dataset.cycle])}
</gmd:MD_MaintenanceInformation></gmd:resourceMaintenance>
<gmd:descriptiveKeywords><gmd:MD_Keywords>{keys}</gmd:MD_Keywords></gmd:descriptiveKeywords>
<gmd:resourceConstraints><gmd:MD_LegalConstraints>{text("otherConstraints", dataset.licence)}
</gmd:MD_LegalConstraints></gmd:resourceConstraints>
<gmd:topicCategory><gmd:MD_TopicCategoryCode>{topic}</gmd:MD_TopicCategoryCode></gmd:topicCategory>
<gmd:extent><gmd:EX_Extent><gmd:geographicElement><gmd:EX_GeographicDescription><gmd:geographicIdentifier>
<gmd:MD_Identifier>{text("code", dataset.region)}</gmd:MD_Identifier></gmd:geographicIdentifier>
</gmd:EX_GeographicDescription></gmd:geographicElement></gmd:EX_Extent></gmd:extent>
</gmd:MD_DataIdentification></gmd:identificationInfo>
<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions>{online}
</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo></gmd:MD_Metadata>
"""


def csw(datasets: Sequence[Dataset], start: int, rows: int) -> str:
    """A page of GetRecords; ``start`` counts from 1."""
    shown = datasets[start - 1 : start - 1 + rows]
    following = start + len(shown) if start - 1 + len(shown) < len(datasets) else 0
    return (
        f'{XML_HEAD}<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2">'
        '<csw:SearchStatus timestamp="2026-11-24T00:00:00Z"/>'
        f'<csw:SearchResults numberOfRecordsMatched="{len(datasets)}"'
        f' numberOfRecordsReturned="{len(shown)}" nextRecord="{following}" elementSet="full">'
        + "".join(map(iso_of, shown))
        + "</csw:SearchResults></csw:GetRecordsResponse>"
    )


CAPABILITIES = (
    f'{XML_HEAD}<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2">'
    '<ows:ServiceIdentification xmlns:ows="http://www.opengis.net/ows"><ows:Title>测绘成果目录</ows:Title>'
    "</ows:ServiceIdentification></csw:Capabilities>"
)


# The workbook

COLUMNS = (
    "序号", "信息资源名称", "信息资源代码", "信息资源提供方", "信息资源摘要", "信息项名称", "数据类型", "数据长度",
    "更新周期", "发布日期", "关键词", "重点领域", "行政区划代码", "开放许可", "联系电话", "电子邮箱", "在线链接",
)  # fmt: skip


def rows(datasets: Iterable[Dataset]) -> list[list[str]]:
    """The cells of the 1272 workbook, one row an information item."""
    cells = (
        [
            str(at), one.title, one.code, one.provider, one.notes, item.name, item.type, item.length,
            OFTEN[one.cycle], one.issued, "、".join(one.tags), THEMES[one.theme], one.region, one.licence,
            one.phone, one.email, "\n".join(file.url for file in one.files),
        ]
        for at, one in enumerate(datasets, start=1)
        for item in one.items
    )  # fmt: skip
    return [list(COLUMNS), *cells]


def workbook(datasets: Iterable[Dataset]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("目录")
    for row in rows(datasets):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv(datasets: Iterable[Dataset], encoding: str = "utf-8-sig") -> bytes:
    import csv as writer

    stream = io.StringIO()
    writer.writer(stream).writerows(rows(datasets))
    return stream.getvalue().encode(encoding)


# Web pages of the portal/catalog family: names of classes and inputs as the sites of the family have them


def list_page(datasets: Sequence[Dataset], number: int, root: str = "/portal", rows: int = 10) -> str:
    shown = datasets[(number - 1) * rows : number * rows]
    entries = "".join(
        f"""<li><div class="cata-title"><a href="{root}/catalog/{one.id.replace("-", "")}" target="_blank" title="">
{escape(one.title)}</a></div><div class="cata-information">{escape(one.provider)}</div>
<div class="item-content"><span>访问量：{number * 7}</span></div><div class="cata-bottom"><div></div><div></div>
<div class="file-type"><ul>{"".join(f"<li>{file.kind.lower()}</li>" for file in one.files)}</ul></div></div></li>"""
        for one in shown
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>数据目录</title></head><body><div id="app">
<div class="g-main catalog-list"><div class="right-content-catalog"><div class="top-title">共找到
<span>{len(datasets):,}</span> 个目录</div><div class="bottom-content"><ul>{entries}</ul></div>
<div class="page"><a href="{root}/catalog/index?page={number + 1}">下一页</a></div></div></div></div></body></html>"""


def detail_page(one: Dataset, root: str = "/portal", visits: int = 0) -> str:
    items = "".join(
        f"<tr><td>{at}</td><td>F{at}</td><td>{item.name}</td><td>{item.type}</td><td></td></tr>"
        for at, item in enumerate(one.items, start=1)
    )
    files = "".join(
        f'<tr fileformat="{file.kind.lower()}"><td><input type="checkbox"></td><td>{file.kind}</td>'
        f'<td><a id="rc{at}" href="javascript:void(0)">{escape(file.name)}</a></td><td>{file.size}</td></tr>'
        for at, file in enumerate(one.files)
    )
    facts = {
        "来源部门": one.provider,
        "重点领域": THEMES[one.theme],
        "发布时间": one.issued,
        "更新时间": one.issued,
        "开放条件": "无条件开放",
    }
    line = "".join(f'<li>{name}：<span class="text-primary">{value}</span></li>' for name, value in facts.items())
    key = one.id.replace("-", "")
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>
<input type="hidden" id="rootPath" value="{root}"><input type="hidden" id="cata_id" value="{key}">
<input type="hidden" id="cata_name" value="{escape(one.title)}"><div id="app"><div class="g-main catalog-details">
<div class="panel"><ul class="d-title pull-left"><li><h4>{escape(one.title)}</h4></li></ul>
<ul class="list-inline">{line}<li>访问量：{visits}</li><li>下载量：{visits}</li></ul></div>
<div class="panel panel-content"><div><ul><li name="basicinfo"><table><tbody>
<tr><td>数据量</td><td>{one.files[0].size}</td><td>所属区域</td><td>{one.region}</td></tr>
<tr><td>所属行业</td><td>公共管理、社会保障和社会组织</td><td>更新频率</td><td>{OFTEN[one.cycle]}</td></tr>
<tr><td>部门电话</td><td>{one.phone}</td><td>部门邮箱</td><td>{one.email}</td></tr>
<tr><td>许可</td><td>{one.licence}</td></tr>
<tr><td>标签</td><td colspan="3">{"，".join(one.tags)}</td></tr>
<tr><td>描述</td><td colspan="3">{escape(one.notes)}</td></tr></tbody></table></li>
<li name="dataitem"><table><thead><tr><th>序号</th><th>英文信息项名</th><th>中文信息项名</th><th>数据类型</th>
<th>中文描述</th></tr></thead><tbody>{items}</tbody></table></li>
<li name="file-download"><table><thead><tr><th></th><th>格式</th><th>名称</th><th>大小</th></tr></thead>
<tbody>{files}</tbody></table></li></ul></div></div></div></div></body></html>"""


# The change feed


def change_of(dataset: Dataset | None, key: str, name: str) -> dict[str, Any]:
    body = None
    if dataset:
        body = package_of(dataset) | {
            "title_translated": {"zh": dataset.title, "en": dataset.title_en},
            "notes_translated": {"zh": dataset.notes},
            "license_id": "",
            "nx_license_verbatim": dataset.licence,
            "nx_update_cycle": dataset.cycle,
            "nx_publish_date": dataset.issued,
            "nx_theme": [dataset.theme],
            "nx_region": dataset.region,
            "nx_contact_phone": dataset.phone,
            "nx_contact_email": dataset.email,
            "nx_items": [
                {"name": item.name, "type": item.type, **({"length": item.length} if item.length else {})}
                for item in dataset.items
            ],
        }
    return {"id": key, "name": name, "kind": "changed" if dataset else "withdrawn", "time": "", "dataset": body}
