"""The register of the demo: six departments, two cities and the supervising offices, 66 systems marked 演示.

Called by ``local.seed``; goes through the register's actions. Where systems are registered already it does nothing.
"""

import csv
from collections.abc import Callable
from typing import Any

from local.stack import ROOT, say

SYSTEMS = ROOT / "deployment" / "demo-data" / "register.csv"

OFFICES = {
    "audit": ("zizhiqu-shenjiting", "自治区审计厅", "Audit Office of Ningxia"),
    "finance": ("zizhiqu-caizhengting", "自治区财政厅", "Finance Department of Ningxia"),
    "development": ("zizhiqu-fagaiwei", "自治区发展改革委", "Development and Reform Commission of Ningxia"),
    "general": ("zizhiqu-bangongting", "自治区政府办公厅", "General Office of the Government of Ningxia"),
}
"""User -> name and titles of the supervising office, as ``demo.ini.in`` names them."""

UNITS = {
    "tjj": ("zizhiqu-tongjiju", "自治区统计局", "", "640000", "province"),
    "wlt": ("zizhiqu-wenhua-he-lvyou-ting", "自治区文化和旅游厅", "", "640000", "province"),
    "xczx": ("zizhiqu-xiangcun-zhenxingju", "自治区乡村振兴局", "", "640000", "province"),
    "gat": ("zizhiqu-gonganting", "自治区公安厅", "Public Security Department of Ningxia", "640000", "province"),
    "mzt": ("zizhiqu-minzhengting", "自治区民政厅", "Civil Affairs Department of Ningxia", "640000", "province"),
    "gsj": ("zizhiqu-shichang-jianguan-ting", "自治区市场监管厅", "Market Regulation of Ningxia", "640000", "province"),
    "yinchuan": ("yinchuan-shi", "银川市", "", "640100", "city"),
    "shizuishan": ("shizuishan-shi", "石嘴山市", "Shizuishan City", "640200", "city"),
}
"""Short name in ``register.csv`` -> name, titles, region and level of the unit."""

PROJECTS = (
    ("wlt", "文化资源大系统建设项目", "320.5", "38", "自治区财政", "艺术档案管理系统、非物质文化遗产名录库", "file"),
    (
        "tjj",
        "统计调查一体化系统项目",
        "486",
        "52",
        "中央专项",
        "人口变动抽样调查系统、农业统计调查系统",
        "file_with_conditions",
    ),
    ("gat", "治安管理大系统项目", "1250", "140", "自治区财政", "旅馆业治安管理系统、印章治安管理系统", "submit"),
    ("mzt", "民政业务一体化平台项目", "690", "75", "自治区财政", "养老服务信息平台、残疾人两项补贴系统", "return"),
    ("yinchuan", "银川市政务服务平台升级项目", "880", "110", "市财政", "12345 便民服务热线系统、市民一卡通系统", ""),
)

OPINIONS = {
    "file_with_conditions": "接入自治区数据共享交换平台并验收后拨付运维经费。",
    "return": "请补充数据资源目录和等级保护备案情况。",
}

CONNECTIONS = (
    ("wlt", "extranet", "connected", "2017-09-28", "外网接入验收单（演示）"),
    ("tjj", "extranet", "connected", "2017-10-20", "外网接入验收单（演示）"),
    ("xczx", "extranet", "connected", "2017-10-30", "外网接入验收单（演示）"),
    ("gat", "extranet", "preparing", "", ""),
    ("mzt", "extranet", "connected", "2017-10-12", "外网接入验收单（演示）"),
    ("yinchuan", "extranet", "connected", "2017-12-15", "外网接入验收单（演示）"),
    ("yinchuan", "exchange", "connected", "2018-11-20", "平台对接验收意见（演示）"),
    ("yinchuan", "service", "connected", "2018-06-22", "平台对接验收意见（演示）"),
    ("shizuishan", "extranet", "connected", "2017-12-28", "外网接入验收单（演示）"),
    ("shizuishan", "exchange", "preparing", "", ""),
)

Act = Callable[..., Any]


def organizations() -> list[dict[str, Any]]:
    """The units and offices that the catalogue's part of the demo does not have."""
    found = [
        {
            "name": name,
            "title_translated": {"zh": zh, "en": en},
            "description": "演示机构：政务信息系统登记册。",
            "nx_region": region,
            "nx_level": level,
            "nx_unit_type": "organ",
            "nx_staff": "96",
            "nx_posts": "100",
        }
        for name, zh, en, region, level in UNITS.values()
        if en
    ]
    return found + [
        {
            "name": name,
            "title_translated": {"zh": zh, "en": en},
            "description": "演示机构：查看政务信息系统登记册的主管部门。",
            "nx_region": "640000",
            "nx_level": "province",
            "nx_unit_type": "organ",
        }
        for name, zh, en in OFFICES.values()
    ]


def load(act: Act) -> int:
    """Fill the register once; gives the number of systems there are."""
    there = act("nx_system_list", limit=1)["count"]
    if there:
        return there
    say("填写政务信息系统登记册", "filling the register of government systems")
    with SYSTEMS.open(encoding="utf-8", newline="") as file:
        for order, row in enumerate(csv.DictReader(file), 1):
            act("nx_system_create", **_system(order, row))
    _feed(act)
    for place, (unit, (name, *_rest)) in enumerate(UNITS.items()):
        # Table 4 tells these of every unit, also of those that the catalogue's part of the demo made.
        act(
            "organization_patch",
            id=name,
            nx_unit_type="organ",
            nx_staff=str(88 + 4 * place),
            nx_posts=str(92 + 4 * place),
        )
        act(
            "nx_system_unit_update",
            id=name,
            leader_name=f"{unit.upper()}负责人（演示）",
            leader_post="副厅长" if name.startswith("zizhiqu") else "副市长",
            leader_phone="0951-0000000",
            contact_name=f"{unit.upper()}联系人（演示）",
            contact_post="科长",
            contact_phone="0951-0000001",
        )
    for name in ("zizhiqu-xinxihua-jianshe-ban", *(office[0] for office in OFFICES.values())):
        data = {"platform": "extranet", "status": "connected", "date": "2017-09", "evidence": "外网接入验收单（演示）"}
        act("nx_system_connect", owner_org=name, **data)
    for unit, platform, status, date, evidence in CONNECTIONS:
        data = {"platform": platform, "status": status, "date": date, "evidence": evidence}
        act("nx_system_connect", owner_org=UNITS[unit][0], **data)
    for project in PROJECTS:
        _project(act, *project)
    _clean_up(act)
    return act("nx_system_list", limit=1)["count"]


def _system(order: int, row: dict[str, str]) -> dict[str, Any]:
    fields = {f"nx_{name}": value for name, value in row.items() if name not in _NOT_FIELDS and value}
    return fields | {
        "owner_org": UNITS[row["unit"]][0],
        "title": row["title"],
        "notes": row["function"],
        "nx_unit": row["unit_office"],
        "nx_exchange_status": row["exchange"],
        "nx_exchange_date": "2018-06" if row["exchange"] == "connected" else "",
        "nx_service_status": row["service"],
        "nx_service_date": "2018-05" if row["service"] == "connected" else "",
        "nx_order": str(order),
        "nx_remark": "演示数据，非真实系统",
    }


_NOT_FIELDS = ("unit", "title", "function", "unit_office", "exchange", "service")


def _feed(act: Act) -> None:
    """Deal a unit's datasets of the catalogue to its first systems, so that some follow when systems merge."""
    for name, *_rest in UNITS.values():
        found = act("package_search", fq=f"organization:{name}", rows=12, sort="name asc", include_private=True)
        names = [row["name"] for row in found["results"]]
        systems = act("nx_system_list", owner_org=name, limit=6)["results"]
        for place, system in enumerate(systems):
            if mine := names[place :: len(systems)]:
                act("nx_system_update", id=system["id"], nx_datasets=mine)


def _project(act: Act, unit: str, title: str, investment: str, cost: str, channel: str, parts: str, until: str) -> None:
    made = act(
        "nx_project_create",
        owner_org=UNITS[unit][0],
        title=title,
        nx_builder=UNITS[unit][1],
        nx_project_kind="both",
        nx_year="2026",
        nx_investment=investment,
        nx_operation_cost=cost,
        nx_channel=channel,
        nx_systems=parts.split("、"),
        nx_data_resources="见目录。",
        nx_protection_record="拟定第三级，已向公安机关备案（演示）",
        nx_secrecy_record="不涉密",
        nx_remark="演示数据，非真实项目",
    )
    if until:
        act("nx_project_decide", id=made["id"], action="submit")
    if until in ("file", "file_with_conditions"):
        for _office in ("development", "finance"):
            act("nx_project_sign", id=made["id"], verdict="agree", opinion="同意（演示）")
    if until not in ("", "submit"):
        act("nx_project_decide", id=made["id"], action=until, opinion=OPINIONS.get(until, "同意（演示）"))


def _clean_up(act: Act) -> None:
    """Proposals for all that shows the signs; some answered, some decided."""
    act("nx_system_propose")
    for number, row in enumerate(act("nx_system_verdict_list")):
        if "旧" in row["system"] or "单机" in row["system"]:
            act("nx_system_answer", id=row["id"], confirm=True)
            if number % 2:
                act("nx_system_decide", id=row["id"], clear=True, opinion="同意清理（演示）")
        elif row["system"] == "经济普查数据处理系统":
            act("nx_system_answer", id=row["id"], confirm=False, reason="每五年一次普查时使用，其间保留数据（演示）")
