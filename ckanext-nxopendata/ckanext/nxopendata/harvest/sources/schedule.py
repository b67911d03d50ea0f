"""When a source is harvested, in words."""

from __future__ import annotations

import re

import ckan.plugins.toolkit as tk

USUAL = ("30 2 * * *", "0 */6 * * *", "0 * * * *", "*/30 * * * *", "30 2 * * 1", "30 2 1 * *")
"""What a form offers; any other cron expression may be written."""


def describe(cron: str) -> str:
    """Say a cron expression in words; the expression itself when it is more than a plain cycle."""
    if match := re.fullmatch(r"\*/(\d+) \* \* \* \*", cron):
        return tk._("Every {number} minutes").format(number=match[1])
    if match := re.fullmatch(r"(\d+) (\*|\*/(\d+)) \* \* \*", cron):
        if match[3]:
            return tk._("Every {number} hours, at minute {minute}").format(number=match[3], minute=match[1])
        return tk._("Every hour, at minute {minute}").format(minute=match[1])
    match = re.fullmatch(r"(\d+) (\d+) (\*|\d+) \* (\*|[0-7])", cron)
    if match is None or (match[3] != "*" and match[4] != "*"):
        return cron
    time = f"{int(match[2])}:{int(match[1]):02}"
    if match[4] != "*":
        return tk._("Every {day} at {time}").format(day=_weekdays()[int(match[4]) % 7], time=time)
    if match[3] != "*":
        return tk._("On day {day} of every month at {time}").format(day=match[3], time=time)
    return tk._("Every day at {time}").format(time=time)


def _weekdays() -> list[str]:
    return [
        tk._("Sunday"),
        tk._("Monday"),
        tk._("Tuesday"),
        tk._("Wednesday"),
        tk._("Thursday"),
        tk._("Friday"),
        tk._("Saturday"),
    ]
