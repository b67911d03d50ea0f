"""Ask the address of each reuse that is shown whether it is still there, at public addresses only."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import ckan.model as model
import ckan.plugins.toolkit as tk
import requests
import sqlalchemy as sa

from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import notices
from ckanext.nxopendata.cases.reuses.models import LinkCheck
from ckanext.nxopendata.core.outbound.errors import OutboundError
from ckanext.nxopendata.core.outbound.guarded_http import AddressGuard, GuardedSession, RequestTimer, guarded_session
from ckanext.nxopendata.core.timezone import utc_now

TIMEOUT = (5, 10)
"""Seconds for the connection, and between two pieces of the answer."""

LONGEST = 20
"""Seconds after which an answer that drips is given up."""

DEAD = 2
"""Failures in a row from which on readers are told and the applicant is asked."""

ALLOWED_HOSTS = "ckanext.nxopendata.cases.link_check_allowed_hosts"

MOST_REDIRECTS = 5


def list_addresses() -> list[tuple[str, str]]:
    """Return the id and the address of each reuse that is shown and has one."""
    address = Case.answers["address"].astext
    query = sa.select(Case.id, address).where(Case.kind == "reuse", Case.state == "shown", address.isnot(None))
    return [(row[0], row[1]) for row in model.Session.execute(query.order_by(Case.serial))]


def open_session() -> GuardedSession:
    """Open the HTTP session in which addresses are asked."""
    return guarded_session(AddressGuard(tk.config[ALLOWED_HOSTS]), f"ckan ({tk.config['ckan.site_url']})")


def record(case_id: str, problem: str) -> None:
    """Note what an address answered; at the second failure in a row its applicant is told. The caller commits."""
    case = model.Session.get(Case, case_id)
    if case is None:
        return
    row = model.Session.get(LinkCheck, case_id) or LinkCheck(case_id=case_id, failures=0)
    row.failures, row.detail, row.checked = (row.failures + 1 if problem else 0), problem, utc_now()
    model.Session.add(row)
    if row.failures == DEAD:
        notices.tell_dead_link(case)


def ask(session: GuardedSession, address: str) -> str:
    """Return what is wrong with an address in a word; "" where it answers.

    Redirects are followed by hand, so that each leads to a public address.
    """
    try:
        for _ in range(MOST_REDIRECTS):
            with (
                RequestTimer(LONGEST) as session.timer,
                session.get(address, timeout=TIMEOUT, stream=True, allow_redirects=False) as answer,
            ):
                if session.timer.expired:
                    return "timeout"
                target = answer.headers.get("Location", "")
                if answer.status_code not in (301, 302, 303, 307, 308) or not target:
                    # Who asks for a sign-in, or turns machines away, is there.
                    is_there = answer.status_code < 400 or answer.status_code in (401, 403, 405, 429)
                    return "" if is_there else str(answer.status_code)
                address = urljoin(address, target)
    except OutboundError:
        return "address"
    except (requests.RequestException, ValueError, UnicodeError):
        return "connection"
    return "redirects"


def mark_dead(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return public rows of reuses with ``dead``: whether the address did not answer at the last looks. One query."""
    serials = [int(row["number"].rpartition("-")[2]) for row in rows]
    query = sa.select(Case.serial).join(LinkCheck, LinkCheck.case_id == Case.id)
    query = query.where(Case.serial.in_(serials), LinkCheck.failures >= DEAD)
    dead = set(model.Session.scalars(query)) if rows else set()
    return [row | {"dead": serial in dead} for row, serial in zip(rows, serials, strict=True)]
