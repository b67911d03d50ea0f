"""What is not public does not shine through: a site answers the public alike with fifty hidden things and without them.

Asked are every address and every reading action, found by enumeration, before and after drafts, private, withdrawn and
pending datasets, systems, people, tags and words came to the site.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.portal.usage import usage_store
from tests.datasets import COMPLETE

from .. import routes
from . import ways
from .site import Site

WORD = "乌兰察布密语"
"""Stands in all that is hidden."""

LATIN = "ulanqab-cipher"
HIDDEN_NAMES = re.compile(rf"{WORD}|{json.dumps(WORD)[1:-1]}|{LATIN}|%E4%B9%8C%E5%85%B0%E5%AF%9F")

CHANGING = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00|\+08:00)?"  # moments
    r'|(?<=name="_csrf_token" content=")[^"]+|(?<=name="_csrf_token" value=")[^"]+'
    r'|(?<=name="stamp" value=")[^"]+'  # key and moment of a form, signed
    r'|(?<="api": )\d+|(?<=接口调用</dt><dd>)[\d,]+|\d+(秒钟|分钟|小时)前'  # the questions of this test; how long ago
    r'|(?<=<td class="nx-num">)[\d,]+(?=</td></tr>)'  # the same questions in the series of the statistics
    r"|\d\d:\d\d:\d\d|(?<=nonce[=-])[\"'A-Za-z0-9+/=_-]+"
)
"""What differs from request to request whatever the site holds."""

CHANGES_BY_DESIGN = {
    "nx_changes_list": "the feed tells by name and id that a public dataset is gone, so that copies are removed",
    "nx_change_list": "the same",
    "api_token_create": "makes a secret",
}
"""Actions that tell of what was withdrawn, and why they must."""

PAGES_BY_DESIGN = {"/metrics": "counts accounts and bytes for the operator, behind a token"}
"""Pages that are not for the public, and why they are open in a test."""

TEXTS = ("dataset", "incomplete", "name", "organization", "owner_org", "q", "query", "resource_id", "user")
"""Parameters that are filled with words and names in turn."""

HEADERS = ("Last-Modified", "Link")
"""Headers of an answer that could tell of something."""

NOT_COUNTED = {"User-Agent": "Googlebot/2.1", "Sec-Fetch-Site": "same-origin"}
"""Whose questions are no use of the site: the counts on its pages stay what they are."""


@pytest.fixture
def public(people: Site) -> dict[str, str]:
    """What the public knows: two datasets, one with a file; the word of nothing hidden in it."""
    kept: Any = people
    if not hasattr(kept, "public"):
        files = [{"name": "景区", "url": "http://example.org/x.csv", "format": "CSV"}]
        dataset = people.publish(people.create("景区名录", name="scenic", tags=[{"name": "旅游"}], resources=files))
        people.publish(people.create("公园名录", name="parks", tags=[{"name": "公园"}]))
        people.root("group_create", name="topic", title="专题")
        kept.public = {"dataset": "scenic", "id": dataset["id"], "resource": dataset["resources"][0]["id"]}
    return kept.public


def add_hidden_things(people: Site) -> None:
    """Fifty things that nobody outside knows of."""
    tags = [{"name": WORD}, {"name": LATIN}]
    files = [{"name": f"{WORD}文件", "url": f"http://example.org/{LATIN}.csv", "format": LATIN}]
    for number, sign in enumerate("甲乙丙丁戊己庚辛壬癸"):
        people.create(f"{WORD}{sign}草稿", name=f"{LATIN}-draft-{number}", tags=tags, resources=files)
    for number, sign in enumerate("甲乙丙丁戊己庚辛壬癸"):
        fields = {"tags": tags, "resources": files, "nx_is_open": "0", "nx_open_reason": WORD}
        texts = {"title_translated": {"zh": f"{WORD}{sign}内部"}, "notes_translated": {"zh": WORD}}
        named = {"name": f"{LATIN}-private-{number}", "owner_org": "wlt", "private": True}
        people.root("package_create", **(COMPLETE | texts | named | fields))
    for number, sign in enumerate("甲乙丙"):
        gone = people.publish(people.create(f"{WORD}{sign}撤回", name=f"{LATIN}-gone-{number}", tags=tags))
        people.withdraw(gone)
    deleted = people.create(f"{WORD}删除", name=f"{LATIN}-deleted", tags=tags)
    people.act("editor", "package_delete", id=deleted["id"])
    pending = {"id": "scenic", "title_translated": {"zh": f"{WORD}改名"}, "tags": [{"name": WORD}]}
    people.act("editor", "package_patch", **pending)
    for sign in "甲乙丙丁戊己庚辛壬癸":
        title = f"{WORD}{sign}系统"
        people.act("editor", "nx_system_create", owner_org="wlt", title=title, notes=WORD, **SYSTEM)
    for number in range(8):
        model.Session.add(model.User(name=f"{LATIN}-{number}", fullname=WORD, email=f"{LATIN}{number}@example.org"))
    model.Session.commit()
    for number in range(4):
        member = {"id": "wlt", "username": f"{LATIN}-{number}", "role": "editor"}
        people.root("organization_member_create", **member)


SYSTEM = {"nx_scope": WORD, "nx_frequency": "daily", "nx_plan": "keep"}


def pages(app: Any, public: dict[str, str]) -> Iterator[str]:
    """Every address that the public may ask for, with what it knows in the places of arguments."""
    for rule in app.flask_app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.endpoint.startswith("util."):
            yield rule.rule
    others = {"id": public["dataset"], "name": "wlt", "field": "organization", "kind": "open"}
    for rule, address in routes.addresses(app, public["resource"], public["dataset"], **others):
        if "GET" in (rule.methods or ()) and "webassets" not in address:
            yield address
    for name in ("wlt", LATIN):
        for rule in app.flask_app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and len(rule.arguments) == 1 and not rule.defaults:
                try:
                    yield rule.build(dict.fromkeys(rule.arguments, name), append_unknown=False)[1]
                except (TypeError, ValueError):
                    continue
    for path in ("/dataset/", "/organization/", "/", "/lists/open", "/feeds/custom.atom", "/dataset.json"):
        for query in (f"q={WORD}", f"q={LATIN}", "q=名", "tags=" + WORD, "sort=metadata_modified+desc", "page=2"):
            yield f"{path}?{query}"


def calls(public: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every reading action, with what the public may put in."""
    values = ("scenic", public["resource"], "wlt", "旅游", WORD)
    for way in ways.actions():
        if not way.reads or way.name in CHANGES_BY_DESIGN:
            continue
        everything = {name: True for name in way.parameters if name.startswith("include_") or name == "all_fields"}
        yield way.name, everything
        for name in way.parameters:
            texts = name in (
                "q",
                "query",
                "dataset",
                "resource_id",
                "user",
                "owner_org",
                "organization",
                "name",
                "incomplete",
            )
            for value in values if name == "id" else ("名", WORD[:2], LATIN[:3], *values) if texts else ():
                yield way.name, {**everything, name: value}


def snapshot(app: Any, public: dict[str, str]) -> dict[str, str]:
    """Question -> answer, without what differs from request to request."""
    caching.clear_process()
    caching.invalidate()
    client, found = app.flask_app.test_client(), {}
    for address in dict.fromkeys(address for address in pages(app, public) if address not in PAGES_BY_DESIGN):
        answer = client.get(address, headers=NOT_COUNTED)
        headers = [f"{name}: {answer.headers[name]}" for name in HEADERS if name in answer.headers]
        found[address] = f"{answer.status_code} {headers} {answer.get_data(as_text=True)}"
        client.delete_cookie("ckan")
    for name, data in calls(public):
        answer = client.post(f"/api/3/action/{name}", json=data, headers=NOT_COUNTED)
        found[f"{name} {json.dumps(data, ensure_ascii=False)}"] = (
            f"{answer.status_code} {answer.get_data(as_text=True)}"
        )
    return {question: CHANGING.sub("", text) for question, text in found.items()}


def test_the_public_is_answered_alike_with_hidden_things_and_without(
    answers: Any, people: Site, public: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.caching.page_seconds", 0)
    usage_store.flush()  # what other tests counted is not moved to the statistics between the two
    before = snapshot(answers, public)
    assert len(before) > 800
    add_hidden_things(people)
    after = snapshot(answers, public)
    told = {question: text for question, text in after.items() if tells(question, text)}
    assert not told, "\n".join(f"{question}: {_around(text)}" for question, text in list(told.items())[:30])
    differing = {question for question in before.keys() | after.keys() if before.get(question) != after.get(question)}
    assert not differing, "\n".join(_difference(q, before.get(q, ""), after.get(q, "")) for q in sorted(differing)[:40])


def tells(question: str, text: str) -> bool:
    """Whether an answer holds a hidden word; one that the question holds may be repeated."""
    return bool(HIDDEN_NAMES.search(text)) and not HIDDEN_NAMES.search(question)


def _around(text: str) -> str:
    found = HIDDEN_NAMES.search(text)
    return text[max(0, found.start() - 100) : found.end() + 60] if found else ""


def _difference(question: str, one: str, other: str) -> str:
    place = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{question}\n   {one[max(0, place - 80) : place + 120]!r}\n   {other[max(0, place - 80) : place + 120]!r}"
