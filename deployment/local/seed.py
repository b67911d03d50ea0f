"""``python -m local.seed INI DATA_URL RESULT``: the departments, people, sources and first harvest of the demo.

Reads generated passwords as JSON from standard input, shows progress on standard output, and writes what
there is now to the file RESULT as JSON. Everything goes through CKAN's actions, so running it again changes
nothing.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

from local import seed_cases, seed_register, seed_safety, seed_supervision
from local.stack import ROOT, say, write_private

SOURCES = ROOT / "deployment" / "demo-data" / "sources.json"
SCHEDULE = "*/30 * * * *"
"""Every half hour; an unchanged catalogue costs a few milliseconds."""

OFFICE = {
    "name": "zizhiqu-xinxihua-jianshe-ban",
    "title_translated": {"zh": "自治区信息化建设办", "en": "Informatisation Office of Ningxia"},
    "description": "演示机构：主管部门，审核各部门的数据集并发布。",
    "nx_region": "640000",
    "nx_level": "province",
}
"""The supervising office, as ``demo.ini.in`` names it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of a department: ``role`` is ``editor`` or ``admin`` (its head), ``label`` says it to a reader."""

    name: str
    department: str
    role: str
    label: str


READER = Person("reader", "", "", "读者 · reader")
"""Somebody of no department, who applies and asks."""


def people() -> list[Person]:
    """An editor and a head of each department, the head of the supervising office, and a reader."""
    found = [Person("office", OFFICE["name"], "admin", "自治区信息化建设办 审核发布 · supervising office")]
    for source in json.loads(SOURCES.read_text(encoding="utf-8")):
        short, department = source["name"].removeprefix("demo-"), source["organization"]
        title = department["title_translated"]["zh"]
        found.append(Person(short, department["name"], "editor", f"{title} 编辑 · editor"))
        found.append(Person(f"{short}-head", department["name"], "admin", f"{title} 负责人 · head"))
    for name, (department, title, _english) in seed_register.OFFICES.items():
        if name in ("audit", "finance"):
            found.append(Person(name, department, "editor", f"{title} 查看登记册 · supervising office"))
    return [*found, READER]


def main() -> int:
    ini, data_url, result = sys.argv[1:4]
    passwords = json.load(sys.stdin)
    app = make_app(CKANConfigLoader(ini).get_config())
    with app._wsgi_app.test_request_context(environ_overrides={"CKAN_LANG": "zh_Hans_CN"}):  # pyright: ignore[reportAttributeAccessIssue]  CKAN's wrapper
        write_private(Path(result), json.dumps(_seed(data_url, passwords), ensure_ascii=False))
    return 0


def _seed(data_url: str, passwords: dict[str, str]) -> dict[str, Any]:
    import ckan.plugins.toolkit as tk

    from ckanext.nxopendata.core import scheduler

    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(action: str, /, **data: Any) -> Any:
        return tk.get_action(action)({"user": site_user, "ignore_auth": True}, data)

    sources = json.loads(SOURCES.read_text(encoding="utf-8"))
    users = [_user(act, "admin", passwords["admin"], sysadmin=True) | {"role": "系统管理员 · system administrator"}]
    for organization in (OFFICE, *(source["organization"] for source in sources), *seed_register.organizations()):
        _organization(act, organization)
    for person in people():
        users.append(_user(act, person.name, passwords[person.name]) | {"role": person.label})
        if person.department:
            act("organization_member_create", id=person.department, username=person.name, role=person.role)
    results = [_harvest(act, source, data_url) for source in sources]
    scheduler.start_timer()
    seed_register.load(act)
    seed_supervision.load(act)
    seed_cases.load(act)
    seed_safety.load(act)
    count = act("package_search", rows=0)["count"]
    return {"sources": results, "datasets": count, "users": users}


def _user(act: Any, name: str, password: str, *, sysadmin: bool = False) -> dict[str, str]:
    import ckan.plugins.toolkit as tk

    try:
        act("user_show", id=name)
    except tk.ObjectNotFound:
        act("user_create", name=name, email=f"{name}@demo.nxopendata.example", password=password)
    if sysadmin:
        act("user_patch", id=name, sysadmin=True)
    return {"name": name, "password": password}


def _organization(act: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    import ckan.plugins.toolkit as tk

    try:
        return act("organization_show", id=wanted["name"])
    except tk.ObjectNotFound:
        return act("organization_create", **wanted)


def _harvest(act: Any, source: dict[str, Any], data_url: str) -> dict[str, Any]:
    """Make the source what ``sources.json`` says, then harvest it."""
    import ckan.plugins.toolkit as tk

    from ckanext.nxopendata.harvest.cli import KINDS

    wanted = {
        "name": source["name"],
        "title": source["title"],
        "url": f"{data_url}/{source['path']}",
        "format": source["format"],
        "organization": source["organization"]["name"],
        "files": "mirror",
        "schedule": SCHEDULE,
    }
    try:
        act("nx_harvest_source_update", id=source["name"], **wanted)
    except tk.ObjectNotFound:
        act("nx_harvest_source_create", **wanted)
    say(f"采集 {source['title']}", f"harvesting {source['name']}")
    run = act("nx_harvest_run_create", source_id=source["name"])
    if run["state"] != "done":
        raise SystemExit(f"{source['name']}: {run['state']} {run.get('error', '')}")
    summary = " · ".join(f"{KINDS[kind]} {count}" for kind, count in run["counts"].items() if count)
    return {"name": source["name"], "title": source["title"], "state": run["state"], "summary": summary or "—"}


if __name__ == "__main__":
    sys.exit(main())
