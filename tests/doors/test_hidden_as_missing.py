"""What somebody may not know of is answered as what does not exist: by every route and every action, word for word."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from ckan import model
from ckan.lib import base

from tests.caches import forget_limits

from .. import routes
from . import ways
from .site import Site

CHANGING = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"
    r"|nonce[=-][\"'A-Za-z0-9+/=_-]+"
    r'|name="_csrf_token" (content|value)="[^"]+"'
)
"""What differs from answer to answer."""

UNKNOWN = str(uuid.UUID(int=77, version=4))
WHO = {"draft": ("", "stranger"), "withdrawn": ("",)}
TOMBSTONE = ("GET", "dataset.read")
"""The page that tells of a withdrawal, as the change feed does; what it says is tested below."""

REFERENCES = ("id", "dataset", "package", "package_id", "resource_id", "dataset_id", "name_or_id", "object")


@pytest.fixture
def hidden(people: Site) -> dict[str, dict[str, Any]]:
    """A dataset with a file of each kind."""
    kept: Any = people
    if not hasattr(kept, "hidden"):
        kept.hidden = {}
        files = [{"name": "景区", "url": "http://example.org/x.csv", "format": "CSV"}]
        for kind in WHO:
            dataset = people.create(f"景区{kind}", name=f"scenic-{kind}", resources=files)
            if kind == "withdrawn":
                people.publish(dataset)
                people.withdraw(dataset)
            kept.hidden[kind] = dataset
        model.Session.commit()
    return kept.hidden


def plain(answer: Any, *names: str) -> str:
    """An answer without what differs from answer to answer, and without what was asked for."""
    text = f"{answer.status_code} {answer.headers.get('Location', '')} {answer.get_data(as_text=True)}"
    for name in names:
        text = text.replace(name, "…")
    return CHANGING.sub("", text)


def pairs(app: Any, dataset: dict[str, Any]) -> Iterator[tuple[str, Any, str, str]]:
    """(method, rule, address with what is hidden, address with nothing in its place).

    The file and, whatever the argument is called, the dataset stand in the place of what is not known by its name.
    """
    seen = set()
    for reference in (dataset["resources"][0]["id"], dataset["name"]):
        known = routes.addresses(app, reference, dataset["name"], id=dataset["name"])
        nothing = routes.addresses(app, UNKNOWN, UNKNOWN, id=UNKNOWN)
        for (rule, address), (_, other) in zip(known, nothing, strict=True):
            for method in ("GET", "POST"):
                if method in (rule.methods or ()) and address != other and (method, address) not in seen:
                    seen.add((method, address))
                    yield method, rule, address, other


def test_no_page_is_made_of_a_refusal_that_is_not_shown(
    answers: Any, hidden: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is hidden would take two pages' time, what does not exist one's."""
    made: list[str] = []
    render = base.render
    monkeypatch.setattr(base, "render", lambda name, *more, **named: made.append(name) or render(name, *more, **named))
    for kind in WHO:
        for page in ("activity", "edit", "followers"):
            made.clear()
            assert answers.flask_app.test_client().get(f"/dataset/{page}/{hidden[kind]['name']}").status_code == 404
            assert made == ["error_document_template.html"], page


@pytest.mark.parametrize("kind", WHO)
def test_no_route_tells_what_is_hidden_from_what_is_not_there(
    answers: Any, people: Site, hidden: dict[str, dict[str, Any]], kind: str
) -> None:
    dataset, told = hidden[kind], []
    names = (dataset["resources"][0]["id"], dataset["id"], dataset["name"], UNKNOWN)
    for who in WHO[kind]:
        for method, rule, address, other in pairs(answers, dataset):
            if kind == "withdrawn" and (method, rule.endpoint) == TOMBSTONE:
                continue
            client, form = answers.flask_app.test_client(), {"data": routes.VIEW_FORM} if method == "POST" else {}
            one, two = (client.open(a, method=method, headers=people.headers(who), **form) for a in (address, other))
            if plain(one, *names) != plain(two, *names):
                told.append(
                    f"{who or 'nobody'} {method} {address} {rule.endpoint}: {one.status_code}, {two.status_code}"
                )
    assert not told, "\n".join(told)


def test_the_tombstone_tells_of_the_withdrawal_and_of_nothing_else(
    answers: Any, people: Site, hidden: dict[str, dict[str, Any]]
) -> None:
    dataset, client = hidden["withdrawn"], answers.flask_app.test_client()
    for address in (f"/dataset/{dataset['name']}", f"/dataset/{dataset['id']}"):
        answer = client.get(address)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 410
        assert "数据有误" in text
        for secret in (dataset["title"], dataset["notes"], dataset["resources"][0]["id"], "example.org"):
            assert secret not in text, secret
    draft = client.get(f"/dataset/{hidden['draft']['name']}")
    assert draft.status_code == 404
    answer = client.get(f"/api/3/action/nx_dataset_withdrawal_show?id={dataset['name']}")
    told = answer.get_json()["result"]
    assert set(told) == {"id", "name", "department", "time", "by", "reason"}


@pytest.mark.parametrize("who", WHO["draft"])
def test_no_action_tells_what_is_hidden_from_what_is_not_there(
    answers: Any, people: Site, hidden: dict[str, dict[str, Any]], who: str
) -> None:
    dataset, told, client = hidden["draft"], [], answers.flask_app.test_client()
    for way in ways.actions():
        named = [name for name in way.parameters if name in REFERENCES]
        for reference in (dataset["name"], dataset["resources"][0]["id"]) if len(named) else ():
            texts = []
            for name in (reference, UNKNOWN):
                forget_limits()  # the second answer may not differ because it is the second
                data = dict.fromkeys(named, name)
                answer = client.post(f"/api/3/action/{way.name}", json=data, headers=people.headers(who))
                texts.append(plain(answer, reference, UNKNOWN))
            if texts[0] != texts[1]:
                told.append(f"{way.name} {named}: {texts[0][-200:]} | {texts[1][-200:]}")
    assert not told, "\n".join(told)


def test_half_a_character_names_nothing(answers: Any, people: Site) -> None:
    answer = answers.flask_app.test_client().post(
        "/register/imports/nothing",
        data='{"id": ["\\ud800", "\\u0000"]}',
        content_type="application/json",
        headers=people.headers("stranger"),
    )
    assert answer.status_code == 403


def test_nobody_is_told_which_tables_there_are(answers: Any, people: Site) -> None:
    """DataStore's list of its tables names the files of what is not public."""
    for who, status in (("", 403), ("editor", 403), ("office", 403)):
        for parameter in ("resource_id", "id"):
            data = {parameter: "_table_metadata"}
            answer = answers.flask_app.test_client().post(
                "/api/3/action/datastore_search", json=data, headers=people.headers(who)
            )
            assert answer.status_code == status, (who, parameter)
