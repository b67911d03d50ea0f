"""Public pages: the register of cases as a page, CSV, JSON and feed; demands and votes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import ARTICLE
from ckanext.nxopendata.cases.disclosure import public_store
from ckanext.nxopendata.cases.disclosure.schema import LANES, MOST
from ckanext.nxopendata.cases.process.schema import LONGEST_KEY
from ckanext.nxopendata.core import departments, localised
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.rate_limit import TooOftenError
from ckanext.nxopendata.core.web import act, call_action, call_limited, csv_response, pager, require_login

nx_case_public = Blueprint("nx_case_public", __name__)

PAGE = 20
FEED = 50


def _query() -> dict[str, str]:
    asked = tk.request.args
    kind, known = asked.get("kind", ""), registry.kinds()
    return {
        "kind": kind if kind in known and known[kind].public else "",
        "department": asked.get("department", "")[:100].replace("\0", ""),
        "outcome": asked.get("outcome", "")[:50].replace("\0", ""),
        "q": asked.get("q", "")[:LONGEST_KEY].replace("\0", "").strip(),
    }


def _read_names(*rows: dict[str, Any]) -> dict[str, str]:
    """The titles of the departments that rows name, in one query."""
    return departments.titles(reader_language(), {row["owner_org"] for row in rows} - {""})


@nx_case_public.route("/cases")
def index() -> str:
    """The register for people, with the figures of each department."""
    number, query = tk.h.get_page_number(tk.request.args), _query()
    found = call_limited("nx_case_public_list", limit=PAGE, offset=(number - 1) * PAGE, **query)
    pages = pager(number, found["count"], PAGE)
    figures = call_action("nx_case_figures")
    names = _read_names(*found["results"], *figures["departments"])
    more = {"figures": figures, "query": query, "page": pages, "names": names}
    return tk.render("nx_cases/public.html", {"cases": found["results"], "count": found["count"], **more})


@nx_case_public.route("/cases.csv")
def index_csv() -> Response:
    """The whole register as CSV, or what the filters of the page leave of it."""
    head = ["number", "kind", "dataset", "department", "state", "outcome", "basis", "article", "received", "due"]
    query, labels = _query(), ["kind_label", "state_label", "outcome_label"]
    try:
        public_store.check_search(query)
    except TooOftenError as problem:
        return tk.abort(429, " ".join(problem.error_summary.values()))
    return csv_response(_rows([*head, "answered", "in_time", *labels], query), "cases.csv")


def _rows(head: list[str], query: dict[str, str]) -> Iterator[list[object]]:
    yield list(head)
    names = departments.titles(reader_language())
    language = reader_language()
    for case in public_store.iterate_public(query):
        kind = registry.kinds()[case["kind"]]
        state, outcome = kind.state_by_name.get(case["state"]), kind.outcome_by_code.get(case["outcome"])
        texts = (kind.title, state.label if state else {}, outcome.label if outcome else {})
        yield [
            case["number"],
            case["kind"],
            case["dataset_name"] or case["title"],
            names.get(case["owner_org"], case["owner_org"]),
            case["state"],
            case["outcome"],
            outcome.basis["zh"] if outcome else "",
            case["answers"].get(ARTICLE, ""),
            case["received"],
            case["due"] or "",
            case["answered"] or "",
            {True: "1", False: "0", None: ""}[case["in_time"]],
            *(localised.choose(dict(text), language)[0] if text else "" for text in texts),
        ]


@nx_case_public.route("/cases.json")
def index_json() -> Any:
    """The figures, and a page of the cases, for programs: ``page`` from 1, of ``limit`` cases (100, which is the most).

    ``count`` is how many there are; the filters are those of the page.
    """
    number, asked = tk.h.get_page_number(tk.request.args), tk.request.args.get("limit", "100")
    try:
        limit = min(max(int(asked), 1), MOST)
    except ValueError:
        return {"error": {"limit": [tk._("Must be a whole number")]}}, 400
    try:
        found = call_action("nx_case_public_list", limit=limit, offset=(number - 1) * limit, **_query())
    except TooOftenError as problem:
        return {"error": problem.error_dict}, 429
    return {"figures": call_action("nx_case_figures"), "page": number, "limit": limit, **found}


@nx_case_public.route("/cases.atom")
def feed() -> Response:
    """What was asked last, as Atom."""
    found = call_limited("nx_case_public_list", limit=FEED, **_query())
    text = tk.render("nx_cases/feed.xml", {"cases": found["results"], "names": _read_names(*found["results"])})
    return Response(text, content_type="application/atom+xml; charset=utf-8")


@nx_case_public.route("/demands")
def demands() -> str:
    """What data people want, those with most votes first."""
    number, words = tk.h.get_page_number(tk.request.args), tk.request.args.get("q", "")[:100].replace("\0", "")
    lane = tk.request.args.get("lane", "") if tk.request.args.get("lane") in LANES else ""
    found = call_limited("nx_case_demand_list", q=words, lane=lane, limit=PAGE, offset=(number - 1) * PAGE)
    pages = pager(number, found["count"], PAGE)
    shown = {"demands": found["results"], "count": found["count"], "q": words, "lane": lane, "page": pages}
    shown["names"] = _read_names(*found["results"])
    return tk.render("nx_cases/demands.html", shown)


@nx_case_public.route("/demands/<number>/vote", methods=["POST"])
def vote(number: str) -> Any:
    """Support a demand."""
    require_login(tk._("Log in to support a demand"))
    try:
        act("nx_case_vote_create", number=number)
        tk.h.flash_success(tk._("Your support is counted."))
    except tk.ValidationError as problem:
        tk.h.flash_error(" ".join(problem.error_summary.values()))
    return tk.redirect_to("nx_case_public.demands")
