"""What somebody may not know of is answered as what does not exist: by every route and every action, word for word."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from ckan import model

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
    """(method, rule, address with what is hidden, address with nothing in its place)."""
    file = dataset["resources"][0]["id"]
    known = routes.addresses(app, file, dataset["name"], id=dataset["name"])
    nothing = routes.addresses(app, UNKNOWN, UNKNOWN, id=UNKNOWN)
    for (rule, address), (_, other) in zip(known, nothing, strict=True):
        for method in ("GET", "POST"):
            if method in (rule.methods or ()) and address != other:
                yield method, rule, address, other


@pytest.mark.parametrize("kind", WHO)
def test_no_route_tells_what_is_hidden_from_what_is_not_there(
    answers: Any, people: Site, hidden: dict[str, dict[str, Any]], kind: str
) -> None:
    dataset, told = hidden[kind], []
    names = (dataset["resources"][0]["id"], dataset["id"], dataset["name"], UNKNOWN)
    for who in WHO[kind]:
        for method, rule, address, other in pairs(answers, dataset):
            client, form = answers.flask_app.test_client(), {"data": routes.VIEW_FORM} if method == "POST" else {}
            one, two = (client.open(a, method=method, headers=people.headers(who), **form) for a in (address, other))
            if plain(one, *names) != plain(two, *names):
                told.append(
                    f"{who or 'nobody'} {method} {address} {rule.endpoint}: {one.status_code}, {two.status_code}"
                )
    assert not told, "\n".join(told)


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
