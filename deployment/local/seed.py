"""``python -m local.seed INI DATA_URL RESULT``: the departments, people, sources and first harvest of the demo.

Reads generated passwords as JSON from standard input, shows progress on standard output, and writes what
there is now to the file RESULT as JSON. Everything goes through CKAN's actions, so running it again changes
nothing.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

from local.stack import ROOT, say, write_private

SOURCES = ROOT / "deployment" / "demo-data" / "sources.json"


def officer_name(source: str) -> str:
    """The user name of a department's officer: ``demo-wlt`` has ``wlt``."""
    return source.removeprefix("demo-")


def main() -> int:
    ini, data_url, result = sys.argv[1:4]
    passwords = json.load(sys.stdin)
    app = make_app(CKANConfigLoader(ini).get_config())
    with app._wsgi_app.test_request_context(environ_overrides={"CKAN_LANG": "zh_Hans_CN"}):  # pyright: ignore[reportAttributeAccessIssue]  CKAN's wrapper
        write_private(Path(result), json.dumps(_seed(data_url, passwords), ensure_ascii=False))
    return 0


def _seed(data_url: str, passwords: dict[str, str]) -> dict[str, Any]:
    import ckan.plugins.toolkit as tk

    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(action: str, /, **data: Any) -> Any:
        return tk.get_action(action)({"user": site_user, "ignore_auth": True}, data)

    sources = json.loads(SOURCES.read_text(encoding="utf-8"))
    users = [_user(act, "admin", passwords["admin"], sysadmin=True) | {"role": "系统管理员 · system administrator"}]
    results = []
    for source in sources:
        organization = _organization(act, source["organization"])
        officer = officer_name(source["name"])
        users.append(_user(act, officer, passwords[officer]) | {"role": f"{source['title']} 编辑 · editor"})
        act("organization_member_create", id=organization["id"], username=officer, role="editor")
        results.append(_harvest(act, source, data_url))
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
