"""What the site answers over HTTP its own harvest understands: exported, harvested, written, exported again."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest

from ckanext.nxopendata.harvest.errors import FetchError
from ckanext.nxopendata.harvest.fetching import http_headers
from ckanext.nxopendata.harvest.fetching.client import Document, Validators
from ckanext.nxopendata.harvest.formats import nxopendata
from ckanext.nxopendata.harvest.planning import dataset_builder, decisions
from tests.exchange.samples import DATASET

from .reading import RECOGNISE, read_bytes
from .test_round_trip import OF_A_FILE, comparable, held_by_a_workbook

pytestmark = [pytest.mark.usefixtures("with_plugins", "tables")]

NUMBER, A_PAGE = 5, 2
CKANS_OWN = {"id", "metadata_modified", "owner_org", "name", "title", "notes", "resources", "nx_related_codes"}
CATALOGUE = "/organization/{department}/catalogue"
EXPORTS = {
    "turtle": ("/catalog.ttl", "dcat"),
    "rdf": ("/catalog.rdf", "dcat"),
    "json-ld": ("/catalog.jsonld", "dcat"),
    "n3": ("/catalog.n3", "dcat"),
    "feed": (f"{nxopendata.FEED}?limit={A_PAGE}", "nxopendata"),
    "gbt21063": (f"{CATALOGUE}/export.xml", "gbt21063"),
    "workbook": (f"{CATALOGUE}/export.xlsx", "workbook"),
    "csv": (f"{CATALOGUE}/export.csv", "workbook"),
}
ONE_ANSWER = ("gbt21063", "workbook", "csv")
WRITTEN_AT = {"nx_source_modified", "metadata_modified"}
"""Moments of writing, which another writing changes."""


class Portal:
    """The site as a harvest sees it: what is asked for is answered by its application."""

    def __init__(self, app: Any, token: str) -> None:
        from ckan.plugins import toolkit as tk

        self.base = tk.config["ckan.site_url"]
        self.asked: list[str] = []
        self._app, self._headers = app, {"Authorization": token}

    def get(self, url: str, **_: Any) -> Document:
        path = url.removeprefix(self.base)
        self.asked.append(path)
        answer = self._app.get(path, headers=self._headers)
        if answer.status_code != 200:
            raise FetchError("server_refused", url=url, status=answer.status_code)
        media_type, charset = http_headers.media_type(answer.headers["Content-Type"])
        body, digest = io.BytesIO(answer.data), hashlib.sha256(answer.data).hexdigest()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Document(url, 200, media_type, charset, Validators(), body, len(answer.data), digest, headers=headers)


@pytest.fixture
def portal(app: Any, ckan_config: Any, monkeypatch: Any) -> Portal:
    from ckan.tests import factories

    monkeypatch.setitem(ckan_config, "ckanext.dcat.datasets_per_page", str(A_PAGE))
    monkeypatch.setattr(nxopendata, "LIMIT", A_PAGE)
    return Portal(app, factories.SysadminWithToken()["token"])


@pytest.fixture
def department(call: Any) -> dict[str, Any]:
    if "wlt" in call("organization_list"):
        return call("organization_show", id="wlt")
    names = {"zh": "自治区文化和旅游厅", "en": "Department of Culture and Tourism"}
    return call("organization_create", name="wlt", title_translated=names, nx_uscc="91110000600037341L")


@pytest.fixture
def datasets(call: Any, department: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Datasets with all fields, with few, with English texts, with several files, with a licence in words.

    They are the same for every format: what one has read and written is what the next one exports.
    """
    full = {key: value for key, value in DATASET.items() if key not in CKANS_OWN}
    kept = {"name", "description", "format", "mimetype", "size", "hash", "nx_file_name"}
    file = {key: value for key, value in DATASET["resources"][0].items() if key in kept}
    file |= {"url": "https://wlt.example/名录.csv"}
    bare = {"notes_translated": {"zh": "摘要"}, "license_id": "cc-by-4.0", "nx_is_open": "1", "nx_share_type": "1"}
    made = [
        full | {"resources": [file]},
        bare | {"title_translated": {"zh": "只有必填项"}},
        bare | {"title_translated": {"zh": "有英文", "en": "With English"}, "version": "2.1", "nx_update_cycle": "3"},
        full
        | {"title_translated": {"zh": "几个文件"}, "nx_resource_code": "214001/77", "nx_language": ["zh", "en"]}
        | {
            "resources": [
                file,
                {"url": "https://wlt.example/api?a=1&b=2", "format": "API", "name": "接口", "license": "cc-zero"},
            ]
        },
        bare
        | {
            "title_translated": {"zh": "许可写成文字"},
            "license_id": "",
            "nx_license_verbatim": "使用前请与资源开发处商定",
        },
    ]
    if not call("package_search", rows=0)["count"]:
        for values in made:
            call("package_create", owner_org=department["id"], **values)
    shown = call("package_search", rows=NUMBER)["results"]
    return {dataset["id"]: dataset for dataset in (call("package_show", id=one["id"]) for one in shown)}


def harvest(portal: Portal, name: str, department: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Read an export over HTTP, page by page, and build the datasets that a run would write, by their titles."""
    path, form = EXPORTS[name]
    url = portal.base + path.format(department=department["name"])
    portal.asked.clear()
    with portal.get(url) as first:
        result = read_bytes(
            first.body.read(), url, first.media_type, first.charset, form=form, headers=first.headers, client=portal
        )
    assert (result.refused, result.withheld, result.nameless, result.repeated) == ([], [], 0, 0)
    assert [p for p in result.problems if p.refuses] == []
    assert decisions.find_issues(result.completeness) == []
    built = {}
    for guid, read in result.datasets.items():
        dataset = dataset_builder.build_dataset(
            read,
            dataset_id=dataset_builder.make_dataset_id("round-trip", guid),
            organization_id=department["id"],
            read_licence=lambda text: RECOGNISE(text).id,
        )
        built[dataset["title_translated"]["zh"]] = dataset
    return built


def of_the_source(dataset: dict[str, Any]) -> dict[str, Any]:
    """What a harvest notes of the source, but for moments of writing."""
    return {
        key: value
        for key, value in dataset.items()
        if (key.startswith("nx_source_") or key == "nx_language") and key not in WRITTEN_AT and value
    }


@pytest.mark.parametrize("name", EXPORTS)
def test_what_the_site_exports_its_harvest_reads_and_the_second_export_says_the_same(
    portal, call, department, datasets, name
):
    simplified = held_by_a_workbook if name in ("workbook", "csv") else comparable
    originals = {dataset["title"]: dataset for dataset in datasets.values()}
    first = harvest(portal, name, department)
    assert first.keys() == originals.keys()
    assert len(portal.asked) == (1 if name in ONE_ANSWER else -(-NUMBER // A_PAGE))
    for title, dataset in first.items():
        if name == "feed" and not originals[title].get("url"):  # the page at the other portal
            assert dataset.pop("url").startswith(f"{portal.base}/dataset/")
        assert simplified(dataset) == simplified(without_null(originals[title])), title
    for title, dataset in first.items():
        written = {key: value for key, value in originals[title].items() if key in ("name", "type")}
        if name in ("workbook", "csv"):  # its columns do not hold the licence of a file, for one
            written |= {key: originals[title].get(key) for key in ("license_id", "nx_license_verbatim")}
        call("package_update", **{**written, **dataset, "id": originals[title]["id"]})
    again = harvest(portal, name, department)
    assert again.keys() == first.keys()
    for title, dataset in again.items():
        if name == "feed" and "url" not in first[title]:
            dataset.pop("url")
        assert simplified(dataset) == simplified(first[title]), title
        assert of_the_source(dataset) == of_the_source(first[title]), title


def without_null(dataset: dict[str, Any]) -> dict[str, Any]:
    """A dataset as it is shown, without what CKAN adds to it and its files."""
    added = {"organization", "num_resources", "num_tags", "groups", "extras", "relationships_as_object"}
    added |= {"relationships_as_subject", "state", "private", "isopen", "creator_user_id", "metadata_created"}
    added |= {"license_title", "license_url", "author", "author_email", "maintainer", "maintainer_email"}
    of_file = {"package_id", "position", "state", "metadata_modified", "datastore_active", "cache_url", "resource_type"}
    of_file |= {"cache_last_updated", "mimetype_inner", "nx_readability"} | OF_A_FILE  # the last one is counted
    plain = {key: value for key, value in dataset.items() if key not in added}
    plain["tags"] = [{"name": tag["name"]} for tag in dataset.get("tags", ())]
    plain["resources"] = [
        {key: value for key, value in file.items() if key not in of_file} for file in dataset["resources"]
    ]
    return plain
