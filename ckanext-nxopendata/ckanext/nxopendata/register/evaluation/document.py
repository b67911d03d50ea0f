"""The published report as an official paper, Chinese whatever language its reader uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale

from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.evaluation import helpers as words
from ckanext.nxopendata.register.reports.document import Paper, Section

CLASSES = {"department": "自治区政府各部门", "city": "五市、宁东管委会"}
NUMBERS = "一二三四五六七八九十"
CHINESE = "zh_Hans_CN"


def paper(report: Mapping[str, Any]) -> Paper:
    """The report of a year (as :func:`.evaluation_actions.nx_evaluation_report` gives it) as a paper."""
    with force_locale(CHINESE):
        return _paper(report)


def _paper(report: Mapping[str, Any]) -> Paper:
    year, units = report["year"], report["units"]
    collected = periods.chinese(max(unit["collected"] for unit in units))
    about = (
        f"根据《政务信息系统整合共享分工方案》三（三），对{len(units)}个单位{year}年度提供和使用共享信息情况进行评估。"
        f"数据取自政务信息系统登记册和政务信息资源目录，截至{collected}。满分100分；没有数据的指标不评估，"
        "其分值按比例分摊到其余指标。各步计算四舍五入到两位小数。"
    )
    parts: list[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]] = [("总体情况", (about, *_grades(units)), ())]
    for kind, title in CLASSES.items():
        same = [unit for unit in units if unit["kind"] == kind]
        if same:
            parts.append((f"{title}评价结果", (), _ranking(same, report["trend"], year)))
            parts.append((f"{title}各指标得分", (), _by_indicator(same)))
    parts.append(("各单位得分和算式", tuple(line for unit in units for line in _arithmetic(unit)), ()))
    parts.append(("改进意见", tuple(line for unit in units for line in _advice(unit)) or ("无。",), ()))
    state = "" if report["published"] else "（未公布）"
    return Paper(
        f"{year}年度政务信息资源共享评价报告{state}",
        tuple(
            Section(f"{number}、{heading}", lines, table)
            for number, (heading, lines, table) in zip(NUMBERS, parts, strict=False)
        ),
    )


def _grades(units: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [unit["grade"].get("zh") or "未评估" for unit in units]
    counted = [f"{name}{names.count(name)}个" for name in dict.fromkeys(sorted(names, key=_best(units)))]
    return [f"评价结果：{'，'.join(counted)}。"]


def _best(units: Sequence[Mapping[str, Any]]) -> Any:
    best: dict[str, float] = {}
    for unit in units:
        name = unit["grade"].get("zh") or "未评估"
        best[name] = max(best.get(name, -1.0), float(unit["total"] or -1))
    return lambda name: -best[name]


def _ranking(
    units: Sequence[Mapping[str, Any]], trend: Mapping[str, Sequence[Sequence[Any]]], year: int
) -> tuple[tuple[str, ...], ...]:
    earlier = {unit["owner_org"]: {pair[0]: pair[1] for pair in trend.get(unit["owner_org"], ())} for unit in units}
    before = sorted({each for totals in earlier.values() for each in totals if each < year})[-2:]
    head = ("名次", "单位", "总分", "等次", *(f"{each}年" for each in before))
    rows = [
        (
            str(unit["rank"] or "—"),
            unit["title"],
            unit["total"] or "未评估",
            unit["grade"].get("zh", "—"),
            *(earlier[unit["owner_org"]].get(each) or "—" for each in before),
        )
        for unit in units
    ]
    return (head, *rows)


def _by_indicator(units: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    head = ("单位", *(f"{score['name']['zh']}（{score['weight']}分）" for score in units[0]["scores"]))
    return (head, *((unit["title"], *(score["points"] or "—" for score in unit["scores"])) for unit in units))


def _arithmetic(unit: Mapping[str, Any]) -> list[str]:
    total = words.nx_evaluation_sum(unit["scores"], unit["total"])
    lines = [f"{unit['title']}：{'总分 ' if unit['total'] else ''}{total}。"]
    lines += [
        f"　　{score['name']['zh']}（{score['numerator_is']['zh']} ÷ {score['denominator_is']['zh']}）："
        f"{words.nx_evaluation_arithmetic(score)}。"
        for score in unit["scores"]
        if score["points"] is not None
    ]
    return lines


def _advice(unit: Mapping[str, Any]) -> list[str]:
    found = [unit["advice"]] if unit["advice"] else []
    found += [f"{score['name']['zh']}：{score['advice']['zh']}" for score in words.nx_evaluation_weak(unit["scores"])]
    return [f"{unit['title']}：" + "".join(found)] if found else []
