"""What anonymous callers cannot have costs next to nothing, however much they send."""

import inspect
import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ckan.logic import _actions, get_action
from ckan.tests import factories

from ..statements import statements

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

MOST_STATEMENTS = 12
"""SQL statements of one refused call; CKAN itself asks who the caller is, and for the object named by ``id``."""

IDS = [str(uuid.uuid4()) for _ in range(5000)]


def actions() -> list[str]:
    """Our actions, and CKAN's that we chain."""
    get_action("status_show")  # fills the cache
    return sorted(name for name, action in _actions.items() if "nxopendata" in _modules(action))


def _modules(action: Any) -> str:
    """The modules of an action and of all that it wraps or chains."""
    found = []
    while action is not None:
        found.append(getattr(getattr(action, "func", action), "__module__", ""))
        action = getattr(action, "__wrapped__", None) or getattr(action, "func", None)
    return " ".join(found)


def reads(name: str) -> bool:
    return getattr(get_action(name), "side_effect_free", False)


def parameters(name: str) -> set[str]:
    return {*re.findall(r":param (?:\w+ )?(\w+)[:,]", inspect.getdoc(get_action(name)) or "")}


def bodies(name: str, value: Any) -> Iterator[dict[str, Any]]:
    """The value in all parameters of an action at once, then in one after the other, with an id that is none."""
    names = sorted(parameters(name) | {"id"})
    yield dict.fromkeys(names, value)
    for parameter in names:
        yield {"id": "nothing", parameter: value}


@pytest.mark.parametrize("value", [IDS, "a" * 100_000], ids=["list", "text"])
def test_what_an_anonymous_caller_sends_is_not_worked_through(app: Any, value: Any) -> None:
    asked = 0
    for name in actions():
        for body in bodies(name, value):
            with statements() as sent:
                answer = app.post(f"/api/3/action/{name}", data=json.dumps(body), content_type="application/json")
            sizes = {parameter: len(one) for parameter, one in body.items()}
            assert len(sent) <= MOST_STATEMENTS, f"{name} {sizes}"
            refused = 400 <= answer.status_code < 500
            assert refused or (answer.status_code == 200 and reads(name)), f"{name} {sizes}: {answer.status_code}"
            asked += 1
    assert asked > 300


@pytest.mark.parametrize("name", ["bulk_update_delete", "bulk_update_private", "bulk_update_public"])
@pytest.mark.parametrize(
    ("field", "value"),
    [("datasets", IDS), ("datasets", "a" * 5000), ("datasets", [["a"]]), ("datasets", ["a\0"]), ("org_id", ["a"])],
    ids=["long", "text", "nested", "nul", "department"],
)
def test_who_may_change_many_datasets_is_told_what_to_send(
    app: Any, name: str, field: str, value: Any, call: Callable[..., Any]
) -> None:
    caller = factories.SysadminWithToken()
    organization = call("organization_create", name="tjj", title_translated={"zh": "统计局"})
    body = {"org_id": organization["id"], "datasets": []} | {field: value}
    with statements() as sent:
        answer = app.post(
            f"/api/3/action/{name}",
            data=json.dumps(body),
            content_type="application/json",
            headers={"Authorization": caller["token"]},
        )
    assert (answer.status_code, set(answer.json["error"])) == (409, {"__type", field})
    assert len(sent) <= MOST_STATEMENTS
