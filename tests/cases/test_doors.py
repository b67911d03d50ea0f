"""Every way to what was granted, found in the site's own lists: while the grant is in force, and once it is not.

And another person's case is answered as one that is not there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import itertools
import json
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.duties.models import Duty
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core.file_access import in_flight
from ckanext.nxopendata.core.timezone import now, today
from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.licences.agreements.models import Agreement
from tests import routes
from tests.caches import forget_limits
from tests.cases.conftest import OPTIONS, CaseSite
from tests.doors import ways
from tests.tables import conftest as tables

INSIDE, OUTSIDE = "沙湖甲号", ("水洞沟乙号", "电话丙号")
FILE = f"景区名称,等级,电话\n{INSIDE},5A,{OUTSIDE[1]}\n{OUTSIDE[0]},4A,{OUTSIDE[1]}\n"
PART = {"agreed_columns": ["景区名称", "等级"], "agreed_rows": f"景区名称={INSIDE}"}
SHAPES: dict[str, dict[str, Any]] = {
    "whole": {},
    "files": {"agreed_channel": "file"},
    "rows": {"agreed_channel": "table"},
    "part": PART,
}
REFUSED = (401, 403, 404)
CHANGING = re.compile(r"nonce[=-][\"'A-Za-z0-9+/=_-]+|name=\"_csrf_token\" (?:content|value)=\"[^\"]+\"")


def leaks(text: str, *secrets: str) -> bool:
    """Whether one of the values stands in a text, in any of its spellings."""
    return any(spelt in text for one in secrets for spelt in (one, quote(one), json.dumps(one)[1:-1]))


class Granted(NamedTuple):
    """A file of a grant, and the case by which it was granted."""

    dataset: str
    resource: str
    view: str
    case: dict[str, Any]


Make = Callable[..., Granted]


@pytest.fixture
def town(
    request: pytest.FixtureRequest,
    with_plugins: None,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> CaseSite:
    """One site for all tests here: each has files and grants of its own."""
    module: Any = request.module
    if not hasattr(module, "_storage"):
        module._storage = str(tmp_path_factory.mktemp("storage"))
    for option, value in (OPTIONS | {"ckan.storage_path": module._storage}).items():
        monkeypatch.setitem(tk.config, option, value)
    if not hasattr(module, "_town"):
        for name in ("clean_db", "clean_index", "clean_queues"):
            request.getfixturevalue(name)
        module._town = CaseSite()
    forget_limits()
    return module._town


@pytest.fixture
def make(town: CaseSite, create_with_upload: Any) -> Make:
    """Makes a conditional dataset with a file, its table, a view of it and an earlier content; and grants of it."""

    def make_granted(name: str, text: str = FILE, **answers: Any) -> Granted:
        dataset = town.dataset(name, title_translated={"zh": f"景区{name}"})
        context = {"user": "head", "auth_user_obj": model.User.get("head"), "ignore_auth": True}
        fields = {"package_id": dataset["id"], "name": "景区", "url": "x.csv", "format": "CSV"}
        resource = create_with_upload(text, "x.csv", context, **fields)
        digest = hashlib.sha256(text.encode()).hexdigest()
        versions.store_content(resource["id"], digest, io.BytesIO(text.encode()))
        told = {"name": "x.csv", "sha256": digest, "size": len(text)}
        versions.store_rows(
            [versions.build_row(None, resource["id"], dataset["id"], "https://example.org/x.csv", **told)]
        )
        model.Session.commit()
        view = town.root("resource_view_create", resource_id=resource["id"], view_type="datatables_view", title="x")
        case = town.apply(dataset=name, answers={"channel": "both"})
        outcome = "partly" if answers else "granted"
        terms = {"agreed_ends": "2099-01-01"} | answers
        case = town.step("head", case, "approve", outcome=outcome, answers=terms)
        return Granted(name, resource["id"], view["id"], case)

    return make_granted


def revoke(town: CaseSite, granted: Granted) -> None:
    town.step("office", granted.case, "revoke", opinion="超出用途")


def expire(town: CaseSite, granted: Granted) -> None:
    past = now() - dt.timedelta(minutes=1)
    own = Agreement.id == granted.case["agreement_id"]
    times = {"starts": past - dt.timedelta(hours=1), "ends": past}
    model.Session.execute(sa.update(Agreement).where(own).values(**times))
    model.Session.commit()


def violate_duty(town: CaseSite, granted: Granted) -> None:
    set_duty(granted, today() - dt.timedelta(days=1))


def set_duty(granted: Granted, day: dt.date) -> None:
    model.Session.execute(sa.update(Duty).where(Duty.case_id == granted.case["id"]).values(due=day))
    model.Session.commit()


def use_up(town: CaseSite, granted: Granted) -> None:
    by_rows = granted.case["answers"].get("agreed_channel") == "table"
    action = "nx_case_row_list" if by_rows else "nx_case_use_create"
    town.act("applicant", action, id=granted.case["id"], resource=granted.resource)


ENDINGS: dict[str, Callable[[CaseSite, Granted], None]] = {
    "revoked": revoke,
    "expired": expire,
    "violated": violate_duty,
    "used up": use_up,
}


class Answer(NamedTuple):
    """What one way into the site answered."""

    way: str
    """Method and endpoint of a route, or the name of an action."""
    how: str
    status: int
    text: str
    is_file: bool = False
    """Whether the route has the file in its address."""


def ask_routes(app: Any, town: CaseSite, granted: Granted, only: Collection[str] | None, who: str) -> Iterator[Answer]:
    """Ask every route that sends the file or has the case in its address."""
    client, own = app.flask_app.test_client(), town.headers(who)
    known = {"case_id": granted.case["id"], "resource_view_id": granted.view, "view_id": granted.view}
    for rule, address in routes.addresses(app, granted.resource, granted.dataset, **known):
        is_file = routes.takes_a_file(rule) and not routes.tells_of_a_file(app, rule)
        if not (is_file or "case_id" in rule.arguments):
            continue
        for method, more in (("GET", {}), ("GET", {"Range": "bytes=0-20"}), ("HEAD", {}), ("POST", {})):
            way, sends_bytes = f"{method} {rule.endpoint}", bool({"file_id", "filename"} & rule.arguments)
            if method not in (rule.methods or ()) or (not sends_bytes and (method == "HEAD" or more)):
                continue
            if only is None or way in only:
                form = {"data": routes.VIEW_FORM} if method == "POST" else {}
                answer = client.open(address, method=method, headers={**own, **more}, **form)
                text = answer.get_data().decode("utf-8", "replace")
                yield Answer(way, f"{method} {address} {more}", answer.status_code, text, is_file)


def ask_actions(app: Any, town: CaseSite, granted: Granted, only: Collection[str] | None, who: str) -> Iterator[Answer]:
    """Ask every action that reads, with the file and with the case."""
    client, own = app.flask_app.test_client(), town.headers(who)
    sql = f'SELECT * FROM "{granted.resource}"'
    for way in ways.actions():
        if not way.reads and not way.name.startswith(("datastore_", "nx_case_use", "nx_case_row")):
            continue
        if only is not None and way.name not in only:
            continue
        named = [name for name in way.parameters if name == "id" or name.endswith(("_id", "package"))]
        known = {
            "sql": sql,
            "q": INSIDE[:2],
            "by": "景区名称",
            "dataset": granted.dataset,
            "resource": granted.resource,
        }
        for reference in (granted.resource, granted.case["id"]) if named else ("",):
            data = dict.fromkeys(named, reference) | {name: known[name] for name in way.parameters if name in known}
            answer = client.post(f"/api/3/action/{way.name}", json=data, headers=own)
            yield Answer(way.name, f"{way.name} {data}", answer.status_code, answer.get_data(as_text=True))


def ask(
    app: Any, town: CaseSite, granted: Granted, only: Collection[str] | None = None, who: str = "applicant"
) -> list[Answer]:
    """Ask all ways, or those of ``only``. Pages and actions that tell the terms of a part are heard without them."""
    answers = [*ask_routes(app, town, granted, only, who), *ask_actions(app, town, granted, only, who)]
    tells = re.compile(r"(GET|POST) nx_cases\.|nx_case_(show|use_list|use_show|use_create)$")
    terms = (json.dumps(INSIDE)[1:-1], INSIDE)
    for number, one in enumerate(answers):
        if tells.match(one.way):
            answers[number] = one._replace(text=one.text.replace(terms[0], "").replace(terms[1], ""))
    return answers


def list_givers(answers: Iterable[Answer]) -> set[str]:
    """The ways that gave something of the file."""
    return {one.way for one in answers if leaks(one.text, INSIDE, *OUTSIDE)}


TAKE, ROWS = "nx_case_grants.take", "nx_case_row_list"
FILES_ALONE = {f"GET {TAKE}", "GET dataset_resource.download"}
ROWS_ALONE = {ROWS, "GET datastore.dump", "GET nx_tables.download", "datastore_search", "datastore_search_sql"}


def is_right_after(answer: Answer, shape: str, ending: str) -> bool:
    """Whether a route that has the file in its address refuses as it should once the grant has ended."""
    if not answer.way.endswith(TAKE):
        return not answer.is_file or answer.status in REFUSED
    if ending == "used up" and shape != "rows":
        return answer.status == (200 if answer.way.startswith("HEAD") else 429)
    return answer.status == 403


@pytest.mark.ckan_config("ckan.datastore.sqlsearch.enabled", True)
def test_a_grant_opens_the_ways_of_its_channel_and_once_it_has_ended_none(
    app: Any, town: CaseSite, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
    granted = make("jingqu-doors")
    tables.work()
    givers = {"whole": list_givers(ask(app, town, granted))}
    assert givers["whole"] >= FILES_ALONE | ROWS_ALONE
    core, end = FILES_ALONE | ROWS_ALONE | {f"HEAD {TAKE}"}, {"agreed_ends": "2099-01-01"}
    everything = givers["whole"] | core
    for shape, ending in itertools.product(SHAPES, ENDINGS):
        where = (shape, ending)
        if where != ("whole", "revoked"):
            counted = {"agreed_quota": "1"} if ending == "used up" else {}
            case = town.apply(dataset=granted.dataset, answers={"channel": "both"})
            outcome = "partly" if shape == "part" else "granted"
            case = town.step("head", case, "approve", outcome=outcome, answers=end | SHAPES[shape] | counted)
            granted = granted._replace(case=case)
        if ending != "used up" and shape not in givers:
            answers = ask(app, town, granted, None if shape == "part" else everything)
            givers[shape] = list_givers(answers)
            assert all(shape != "part" or not leaks(one.text, *OUTSIDE) for one in answers), where
        ENDINGS[ending](town, granted)
        # All ways that there are were tried before; what gave nothing then gives nothing now.
        answers = ask(app, town, granted, everything if ending == "revoked" else givers[shape] | core)
        assert not list_givers(answers), (where, [one[:3] for one in answers if leaks(one.text, INSIDE, *OUTSIDE)])
        wrong = [one[:3] for one in answers if not is_right_after(one, *where)]
        assert not wrong, (where, wrong)
        assert {f"GET {TAKE}", ROWS, "datastore_search"} <= {one.way for one in answers}
        set_duty(granted, today() + dt.timedelta(days=9))
        if ending in ("violated", "used up"):
            revoke(town, granted)
    assert givers["part"] == {f"GET {TAKE}", ROWS}
    assert givers["files"] | givers["rows"] == givers["whole"] and not givers["files"] & givers["rows"]
    assert givers["files"] >= FILES_ALONE and givers["rows"] >= ROWS_ALONE


@pytest.mark.ckan_config("ckan.datastore.sqlsearch.enabled", True)
def test_a_grant_is_the_applicants_own_and_none_of_the_colleagues(
    app: Any, town: CaseSite, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
    whole, part = make("jingqu-colleagues"), make("jingqu-colleagues-part", **PART)
    tables.work()
    tjj = model.Group.get("tjj")
    assert tjj is not None
    answers = {"need": "旅游统计", "scenario": "月报", "matter": "统计", "frequency": "once", "ends": "2099-01-01"}
    answers["system"] = "统计平台"
    town.dataset("jingqu-shared", nx_share_type="2", nx_share_condition="统计使用", license_id="nx-share-gov-1.0")
    model.Session.add(model.User(name="colleague", email="colleague@example.org"))
    model.Session.commit()
    town.root("organization_member_create", id="tjj", username="colleague", role="editor")
    asked = town.apply("stranger", "sharing", dataset="jingqu-shared", answers=answers)
    for one in (whole, part):  # an application that colleagues see, as one for a department
        case = model.Session.get_one(Case, one.case["id"])
        case.applicant_org = tjj.id
    model.Session.commit()
    for one in (whole.case, part.case, asked):
        assert town.act("colleague", "nx_case_show", id=one["id"])["roles"] == ["applicant"]
        assert app.get(f"/case/{one['id']}", headers=town.headers("colleague")).status_code == 200
        with pytest.raises(tk.ObjectNotFound):
            town.act("other", "nx_case_show", id=one["id"])
    ways_of = (
        FILES_ALONE | ROWS_ALONE | {f"HEAD {TAKE}", "POST datatablesview.ajax", "nx_table_search", "nx_sql_search"}
    )
    for one in (whole, part):
        assert list_givers(ask(app, town, one, ways_of))
        answers_of = ask(app, town, one, ways_of, "colleague")
        assert not list_givers(answers_of), [each[:3] for each in answers_of if leaks(each.text, INSIDE, *OUTSIDE)]
        assert all(each.status in REFUSED for each in answers_of if each.is_file or TAKE in each.way)
        assert town.act("colleague", "nx_case_use_list", id=one.case["id"])["count"] > 0  # they read what was taken
    with pytest.raises(tk.NotAuthorized):
        town.act("colleague", "nx_case_use_create", id=part.case["id"], resource=part.resource)


@pytest.mark.parametrize("shape", ["whole", "part"])
@pytest.mark.parametrize("ending", ["revoked", "expired", "violated"])
def test_what_is_being_sent_stops_when_the_grant_ends(
    app: Any, town: CaseSite, make: Make, monkeypatch: pytest.MonkeyPatch, ending: str, shape: str
) -> None:
    monkeypatch.setattr(in_flight, "SECONDS", 0.0)
    long = FILE + f"{INSIDE},5A,{OUTSIDE[1]}\n" * 5000  # more than one piece, the first of which is sent
    granted = make(f"jingqu-{ending}-{shape}", long, **SHAPES[shape])
    address = f"/dataset/{granted.dataset}/resource/{granted.resource}/download/x.csv"
    if shape == "part":
        address = f"/case/{granted.case['id']}/data/{granted.resource}.csv"
    answer = app.flask_app.test_client().get(address, headers=town.headers("applicant"))
    assert answer.status_code == 200
    ENDINGS[ending](town, granted)
    with pytest.raises(in_flight.PermissionEndedError):
        list(answer.iter_encoded())
    answer.close()


def test_a_use_of_what_has_changed_meanwhile_is_not_counted(app: Any, town: CaseSite, make: Make) -> None:
    granted = make("jingqu-changed", **PART, agreed_quota="1")
    asked = {"id": granted.case["id"], "resource": granted.resource}
    shown = town.act("applicant", "nx_case_use_show", **asked)
    for _ in range(2):
        with pytest.raises(tk.ValidationError):
            town.act("applicant", "nx_case_use_create", **asked, expected=shown | {"columns": None})
    assert town.act("applicant", "nx_case_use_create", **asked, expected=shown) == shown


def list_questions(app: Any, town: CaseSite, who: str, file: str) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """(how, what asks) of every route and action that takes a case, asked as a person for the case of an id."""
    client, headers = app.flask_app.test_client(), town.headers(who)
    known = {"resource": file, "version": 1, "action": "revoke", "opinion": "x", "text": "x", "department": "wlt"}
    known |= {"duty": 1, "statement": "x"}

    def open_route(rule: Any, method: str, case_id: str) -> Any:
        arguments = {"case_id": case_id, "file_id": file, "place": 1, "suffix": "pdf", "number": 1}
        address = rule.build({name: arguments[name] for name in rule.arguments}, append_unknown=False)[1]
        return client.open(address, method=method, headers=headers, data=known if method == "POST" else None)

    def call(way: ways.Action, case_id: str) -> Any:
        data = {name: known[name] for name in way.parameters if name in known} | {"id": case_id}
        return client.post(f"/api/3/action/{way.name}", json=data, headers=headers)

    for rule in app.flask_app.url_map.iter_rules():
        if "case_id" in rule.arguments and rule.endpoint.startswith("nx_case"):
            for method in {"GET", "POST"} & set(rule.methods or ()):
                yield f"{method} {rule.rule}", partial(open_route, rule, method)
    for way in ways.actions():
        if way.name.startswith("nx_case_"):
            yield way.name, partial(call, way)


def test_another_persons_case_is_answered_as_one_that_is_not_there(
    app: Any, town: CaseSite, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
    granted, unknown, told, asked = make("jingqu-theirs"), str(uuid.UUID(int=77, version=4)), [], set()
    for who in ("", "other", "stranger"):
        for how, ask in list_questions(app, town, who, granted.resource):
            texts = []
            for case_id in (granted.case["id"], unknown):
                answer = ask(case_id)
                head = f"{answer.status_code} {answer.headers.get('Location', '')}"
                text = f"{head} {answer.data.decode('utf-8', 'replace')}".replace(case_id, "…")
                texts.append(CHANGING.sub("", text))
            asked.add(how)
            if texts[0] != texts[1]:
                told.append(f"{who} {how}: {texts[0][:150]} | {texts[1][:150]}")
    assert {"nx_case_show", "nx_case_advance", "nx_case_row_list", "GET /case/<case_id>"} <= asked
    assert not told, "\n".join(told)
