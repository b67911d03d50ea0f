"""The letter of a step as an official paper. Official papers are Chinese, whatever language their reader uses.

What it is called, says and is numbered stands in the definition of the kind. Imports nothing of CKAN.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckanext.nxopendata.cases.definitions.kind import ARTICLE, Kind, Letter, Step
from ckanext.nxopendata.core.calendar.workdays import Calendar
from ckanext.nxopendata.register.reports.document import Paper, Section

REMEDY = (
    "对本告知有异议的，可以在平台该办件页面说明理由，也可以向主管部门提出；"
    "认为侵犯合法权益的，可以依法申请行政复议或者提起行政诉讼。"
)
"""《政府信息公开条例》第五十一条: complaint, reconsideration and suit are open to whoever was answered."""


def letter_number(case: Mapping[str, Any], kind: Kind, place: int) -> str:
    """Return the number of a letter (文号), as its kind writes it.

    Args:
        place: which letter of the case it is, from 1.
    """
    year, _, serial = case["number"].removeprefix("NX").partition("-")
    return kind.letter_number.format(year=year, serial=serial, place=place)


def build(
    case: Mapping[str, Any],
    kind: Kind,
    step: Step,
    event: Mapping[str, Any],
    *,
    place: int,
    department: str,
    outcome: str,
    calendar: Calendar,
) -> Paper:
    """Return the letter that tells the applicant of a step.

    Args:
        case: as the API gives it. event: one of its history, of ``step``.
        place: which letter of the case it is, from 1.
        department: the name of the one that signs.
        outcome: code of the outcome that was chosen, "" for none.
        calendar: of the working days until which the applicant is asked to answer.
    """
    found = kind.outcome_by_code.get(outcome)
    letter = step.letter or Letter()
    to = case["applicant"] or "申请人"
    asked = f"您于{_day(case['received'])}提出的“{case['title']}”（{kind.title['zh']}，编号{case['number']}）收悉。"
    told = [letter.body.format(**_words(case, kind, step, event, department, calendar)) or step.tell["zh"]]
    if found is not None:
        told.append(f"结果：{found.label['zh']}。")
    article = (event["detail"].get("answers") or {}).get(ARTICLE) or ""
    basis = (article, found.basis["zh"]) if found else ()
    reasons = tuple(filter(None, (*(f"{text}。" for text in basis if text), event["opinion"])))
    sections = [
        Section(letter_number(case, kind, place), (f"{to}：", asked)),
        Section("一、办理情况", tuple(told)),
        Section("二、依据和理由", reasons or ("无。",)),
    ]
    if found is not None and found.group != "granted":
        sections.append(Section("三、救济途径", (REMEDY,)))
    sections.append(Section(f"{department}　{_day(event['day'])}", ()))
    return Paper(letter.title.get("zh") or f"{kind.title['zh']}告知书", tuple(sections))


def _words(
    case: Mapping[str, Any], kind: Kind, step: Step, event: Mapping[str, Any], department: str, calendar: Calendar
) -> dict[str, str]:
    """Return what the body of a letter may name: ``LETTER_WORDS``."""
    target = kind.state_by_name[step.target]
    clock = kind.clock_by_name.get(target.clock)
    until = event["detail"].get("until")
    if not until:  # a letter of before it was kept
        until = calendar.after(dt.date.fromisoformat(event["day"]), target.answer_within).day.isoformat()
    return {
        "title": case["title"],
        "number": case["number"],
        "received": _day(case["received"]),
        "day": _day(event["day"]),
        "department": department,
        "days": str(clock.days) if clock else "",
        "until": _day(until),
    }


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"
