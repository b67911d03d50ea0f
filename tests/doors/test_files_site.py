"""A host of its own for files: it sends what everybody may have and nothing else, and the site sends readers there."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from .site import Site

FILES = "http://files.nx.example"


def store(people: Site, create_with_upload: Any, name: str, licence: str) -> str:
    """The path of the file of a published dataset."""
    condition = {"nx_open_condition": "签署使用协议"} if name == "conditional" else {}
    dataset = people.create(f"景区{name}", name=name, license_id=licence, **condition)
    context = {"user": "editor", "auth_user_obj": model.User.get("editor"), "ignore_auth": False}
    fields = {"package_id": dataset["id"], "name": "x", "url": "x.csv", "format": "CSV"}
    resource = create_with_upload("名称\n沙湖\n", "x.csv", context, **fields)
    people.publish(dataset)
    return f"/dataset/{name}/resource/{resource['id']}/download/x.csv"


def test_files_are_there_and_nothing_else(
    answers: Any, people: Site, create_with_upload: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path))
    opened = store(people, create_with_upload, "open", "nx-open-1.0")
    conditional = store(people, create_with_upload, "conditional", "nx-conditional-1.0")
    client = answers.flask_app.test_client()
    assert "沙湖" in client.get(opened).get_data(as_text=True)
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.headers.files_site", FILES)

    sent = client.get(opened + "?x=1")
    assert (sent.status_code, sent.location) == (302, f"{FILES}{opened}?x=1")
    there = client.get(opened, base_url=FILES)
    assert (there.status_code, "Set-Cookie" in there.headers) == (200, False)
    assert "沙湖" in there.get_data(as_text=True)
    for path in ("/", "/dataset/open", "/user/login", "/api/3/action/package_search", "/metrics"):
        assert client.get(path, base_url=FILES).status_code == 404, path
    assert client.get(conditional).status_code == client.get(conditional, base_url=FILES).status_code == 403
    own = client.get(conditional, headers=people.headers("editor"))
    assert (own.status_code, "沙湖" in own.get_data(as_text=True)) == (200, True)
