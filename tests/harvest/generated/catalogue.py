"""A department's catalogue of any size: the same for the same number, with a history in steps.

Of every hundred datasets two come in step 1, three are edited in step 1, one is renamed in step 2, one vanishes in
step 2 and returns in step 3, one changes its licence in step 3, one vanishes in step 3 for good.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

NAMESPACE = uuid.UUID("00000000-0000-5000-8000-00006400beef")
STEPS = 4

PLACES = (
    ("640100", "银川市"), ("640104", "兴庆区"), ("640105", "西夏区"), ("640106", "金凤区"), ("640121", "永宁县"),
    ("640122", "贺兰县"), ("640181", "灵武市"), ("640200", "石嘴山市"), ("640202", "大武口区"), ("640205", "惠农区"),
    ("640221", "平罗县"), ("640300", "吴忠市"), ("640302", "利通区"), ("640303", "红寺堡区"), ("640323", "盐池县"),
    ("640324", "同心县"), ("640381", "青铜峡市"), ("640400", "固原市"), ("640402", "原州区"), ("640422", "西吉县"),
    ("640423", "隆德县"), ("640424", "泾源县"), ("640425", "彭阳县"), ("640500", "中卫市"), ("640502", "沙坡头区"),
    ("640521", "中宁县"), ("640522", "海原县"),
)  # fmt: skip

TOPICS = (
    ("A级旅游景区名录", "List of rated tourist sites", "nx-tourism", "景区名称 等级 地址 联系电话"),
    ("常住人口统计", "Resident population", "18", "年份 常住人口 城镇人口 乡村人口"),
    ("空气质量日报", "Daily air quality", "10", "监测点 日期 AQI PM2.5 首要污染物"),
    ("公交线路站点", "Bus lines and stops", "6", "线路名称 站点序号 站点名称 经度 纬度"),
    ("中小学校名录", "Primary and secondary schools", "7", "学校名称 办学类型 地址 学生人数"),
    ("医疗机构名录", "Medical institutions", "2", "机构名称 等级 床位数 地址"),
    ("地下水水位监测", "Groundwater levels", "9", "井号 日期 埋深"),
    ("行政许可信息", "Administrative licences", "1", "许可编号 相对人 许可内容 决定日期"),
    ("枸杞种植面积", "Wolfberry acreage", "11", "年份 乡镇 面积亩 产量吨"),
    ("城乡居民医保定点药店", "Designated pharmacies", "3", "药店名称 地址 联系电话"),
    ("建筑工程施工许可", "Building permits", "5", "项目名称 建设单位 发证日期"),
    ("一般公共预算收入", "Public budget revenue", "13", "年度 科目 金额万元"),
    ("食品抽检不合格名单", "Food inspection failures", "15", "样品名称 生产企业 不合格项目"),
    ("安全生产标准化企业", "Certified safe enterprises", "14", "企业名称 等级 有效期"),
    ("困难群众救助标准", "Social assistance standards", "16", "类别 标准元 执行日期"),
    ("公共法律服务中心", "Legal service centres", "17", "名称 地址 电话"),
    ("农产品批发价格", "Wholesale prices", "12", "品种 价格 日期"),
    ("专利授权统计", "Patents granted", "8", "年份 发明 实用新型 外观设计"),
    ("气象站逐日降水", "Daily precipitation", "19", "站号 日期 降水量"),
    ("应急避难场所", "Emergency shelters", "4", "名称 面积 可容纳人数 地址"),
    ("事业单位名录", "Public institutions", "21", "单位名称 举办单位 宗旨"),
)
TYPES = {"年份": "I", "年度": "I", "日期": "D", "决定日期": "D", "发证日期": "D", "经度": "B", "纬度": "B", "AQI": "I"}
CYCLES = (("2", "每日"), ("4", "每月"), ("5", "每季度"), ("6", "每年"))
LICENCES = ("CC BY 4.0", "CC0 1.0", "ODbL 1.0")
KINDS = ("csv", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    url: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    type: str
    length: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a department says of one dataset; every format says as much of it as it can."""

    number: int
    title: str
    title_en: str
    notes: str
    theme: str
    region: str
    provider: str
    cycle: str
    issued: str
    licence: str
    phone: str
    email: str
    tags: tuple[str, ...]
    items: tuple[Item, ...]
    files: tuple[File, ...]

    @property
    def id(self) -> str:
        return _uuid(self.number)

    @property
    def iri(self) -> str:
        return f"https://dept.example/dataset/{self.id}"

    @property
    def code(self) -> str:
        """A resource code: the class "部门信息资源/省级部门", and a sequence."""
        return f"306/{self.number + 1}"


@lru_cache(maxsize=200_000)
def _uuid(number: int) -> str:
    return str(uuid.uuid5(NAMESPACE, str(number)))


def first_edition(number: int) -> Dataset:
    """The dataset before anything happened to it."""
    region, place = PLACES[number % len(PLACES)]
    topic, english, theme, fields = TOPICS[number // len(PLACES) % len(TOPICS)]
    series = number // (len(PLACES) * len(TOPICS)) + 1
    title = f"{place}{topic}" + (f"第{series}辑" if series > 1 else "")
    cycle, often = CYCLES[number % len(CYCLES)]
    rows = 20 + number * 7919 % 5000
    kinds = KINDS[: 1 + number % 3]
    names = fields.split()
    return Dataset(
        number=number,
        title=title,
        title_en=f"{english} of region {region}" + (f", part {series}" if series > 1 else ""),
        notes=f"{place}{topic}，含{'、'.join(names)}等{len(names)}项，{often}更新，共{rows}条记录。",
        theme=theme,
        region=region,
        provider=f"{place}人民政府",
        cycle=cycle,
        issued=f"20{10 + number % 15:02}-{1 + number % 12:02}-{1 + number % 28:02}",
        licence=LICENCES[number % len(LICENCES)],
        phone=f"0951-{6000000 + number % 999999}",
        email=f"data{number % 97}@nx.example",
        tags=tuple(sorted({place, topic, "公共数据"})),
        items=tuple(Item(name, TYPES.get(name, "C"), "" if name in TYPES else "100") for name in names),
        files=tuple(
            File(
                f"{title}.{kind}",
                f"https://dept.example/files/{_uuid(number)}.{kind}",
                kind.upper(),
                rows * 61 + len(kind),
            )
            for kind in kinds
        ),
    )


def edition(number: int, step: int) -> Dataset | None:
    """The dataset in a step of the history; None when the catalogue does not have it."""
    fate = number % 100
    if (fate in (0, 1) and step < 1) or (fate == 5 and step == 2) or (fate == 6 and step >= 3):
        return None
    dataset = first_edition(number)
    if fate in (2, 3, 4) and step >= 1:
        return replace(dataset, notes=dataset.notes + "已补充上年数据。")
    if fate == 7 and step >= 2:
        return replace(dataset, title=dataset.title + "（修订）")
    if fate == 8 and step >= 3:
        return replace(dataset, licence=LICENCES[(number + 1) % len(LICENCES)])
    return dataset


def datasets(size: int, step: int = 0) -> Iterator[Dataset]:
    """The catalogue of ``size`` numbers in a step."""
    return (found for number in range(size) if (found := edition(number, step)))


def expected(size: int, step: int) -> dict[str, int]:
    """The counts of the run that harvests ``step`` after all steps before it; kinds that do not occur are left out."""
    counts: dict[str, int] = {}
    for number in range(size):
        now, before = edition(number, step), edition(number, step - 1) if step else None
        known = any(edition(number, earlier) for earlier in range(step))
        if now and before:
            kind = "unchanged" if now == before else "update"
        elif now:
            kind = "restore" if known else "create"
        elif before:
            kind = "withdraw"
        else:
            continue
        counts[kind] = counts.get(kind, 0) + 1
    return counts
