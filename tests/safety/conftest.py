"""A department and an office, people who ask as themselves, datasets with a file."""

import io
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

from tests.datasets import COMPLETE

Act = Callable[..., Any]


@pytest.fixture
def place(call: Act, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A department with an editor and a head, and an office with two members, one of them a safety officer."""
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "office")
    people = {name: factories.User(name=f"{name}-person") for name in ("editor", "head", "clerk", "officer")}
    call(
        "organization_create",
        name="office",
        title_translated={"zh": "信息化建设办"},
        users=[
            {"name": people["clerk"]["name"], "capacity": "editor"},
            {"name": people["officer"]["name"], "capacity": "admin"},
        ],
    )
    owner = call(
        "organization_create",
        name="wlt",
        title_translated={"zh": "文化和旅游厅"},
        nx_review_mode="office",
        users=[
            {"name": people["editor"]["name"], "capacity": "editor"},
            {"name": people["head"]["name"], "capacity": "admin"},
        ],
    )
    call("nx_safety_officer_update", user=people["officer"]["name"], officer=True)
    return {"owner": owner["id"], "tokens": {n: factories.APIToken(user=p["name"])["token"] for n, p in people.items()}}


@pytest.fixture
def as_person(app: Any, place: dict[str, Any]) -> Act:
    def ask(person: str, action: str, status: int = 200, **data: Any) -> Any:
        head = {"Authorization": place["tokens"][person]} if person else {}
        answer = app.post(f"/api/3/action/{action}", json=data, headers=head)
        assert answer.status_code == status, answer.body
        return answer.json.get("result") or answer.json.get("error")

    return ask


@pytest.fixture
def create(call: Act, place: dict[str, Any]) -> Act:
    numbers = itertools.count()

    def create_dataset(content: bytes, name: str = "a.csv", **fields: Any) -> dict[str, Any]:
        title = {"title_translated": {"zh": f"名录{next(numbers)}"}}
        values = COMPLETE | title | {"owner_org": place["owner"], "license_id": "nx-open-1.0"} | fields
        dataset = call("package_create", **values)
        file = FileStorage(stream=io.BytesIO(content), filename=name)
        entry = call("resource_create", package_id=dataset["id"], name="名单", format="csv", upload=file, url=name)
        return {
            "id": dataset["id"],
            "name": dataset["name"],
            "file": entry["id"],
            "url": f"/dataset/{dataset['id']}/resource/{entry['id']}/download/x",
        }

    return create_dataset
