"""Every way to the bytes and rows of a conditional file, found in the site's own lists of routes and actions."""

import hashlib
import io
import json
from urllib.parse import quote

import pytest
from ckan import model
from ckan.tests import factories, helpers

from ckanext.nxopendata.harvest.mirror import versions

from .. import routes

pytestmark = pytest.mark.usefixtures("with_plugins", "agreements", "clean_index")

SECRET = "沙湖机密"
FILE = f"名称,等级\n{SECRET},5A\n"
EARLIER = f"名称,等级\n{SECRET},4A\n".encode()
EARLIER_DIGEST = hashlib.sha256(EARLIER).hexdigest()
REFUSED = (401, 403, 404)


@pytest.fixture
def agreements(clean_db, migrate_db_for):
    migrate_db_for("nxopendata_licences")


@pytest.fixture
def file(call, create_with_upload, monkeypatch, ckan_config, tmp_path):
    """A conditional file with an earlier content, rows in DataStore and a view of them; beside it an open dataset."""
    monkeypatch.setitem(ckan_config, "ckan.storage_path", str(tmp_path))
    editor = factories.User()
    department = factories.Organization(users=[{"name": editor["name"], "capacity": "editor"}])
    titles = {"title_translated": {"zh": "景区名录"}, "notes_translated": {"zh": "名录"}, "owner_org": department["id"]}
    factories.Dataset(name="open", license_id="nx-open-1.0", **titles | {"title_translated": {"zh": "公园名录"}})
    dataset = factories.Dataset(name="conditional", license_id="nx-conditional-1.0", **titles)
    context = {"user": factories.Sysadmin()["name"], "ignore_auth": True}
    resource = create_with_upload(FILE, "x.csv", context, package_id=dataset["id"], name="x", url="x.csv", format="CSV")
    rows = [{"name": SECRET}]
    call("datastore_create", resource_id=resource["id"], fields=[{"id": "name"}], records=rows, force=True)
    versions.store_content(resource["id"], EARLIER_DIGEST, io.BytesIO(EARLIER))
    for digest in (EARLIER_DIGEST, resource["hash"]):
        known = versions.find_newest([resource["id"]]).get(resource["id"])
        told = {"name": "x.csv", "sha256": digest, "size": len(EARLIER)}
        row = versions.build_row(known, resource["id"], dataset["id"], "https://example.org/x.csv", **told)
        versions.store_rows([row])
    model.Session.commit()
    view = call("resource_view_create", resource_id=resource["id"], view_type="datatables_view", title="x")
    return {"dataset": dataset["name"], "resource": resource["id"], "view": view["id"], "editor": editor}


def asking(user):
    return {"Authorization": factories.APIToken(user=user["name"])["token"]}


@pytest.fixture
def strangers():
    """The headers of those who have no agreement: a visitor, and an editor of another department."""
    editor = factories.User()
    factories.Organization(users=[{"name": editor["name"], "capacity": "editor"}])
    return {"visitor": {}, "editor of another department": asking(editor)}


def addresses(app, file, dataset):
    """(rule, address) of every route with an argument, the file in the place of whatever it may be taken for."""
    return routes.addresses(app, file["resource"], dataset, resource_view_id=file["view"], view_id=file["view"])


def ask(app, rule, address, headers):
    """The answers of a route by every method and header that could bring bytes."""
    if "GET" not in rule.methods:
        return [app.post(address, data=routes.VIEW_FORM, headers=headers, follow_redirects=False)]
    more = [{}, {"Range": "bytes=0-20"}, {"If-None-Match": "*"}] if routes.takes_a_file(rule) else [{}]
    answers = [app.get(address, headers={**headers, **extra}, follow_redirects=False) for extra in more]
    return [*answers, app.test_client().head(address, headers=headers)]


class TestWithoutAnAgreement:
    def test_no_route_sends_a_byte(self, app, file, strangers, monkeypatch):
        # Some of CKAN's pages fail on an id that they do not know; what they answer then is asked here too.
        monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
        asked = set()
        for who, headers in strangers.items():
            for rule, address in addresses(app, file, file["dataset"]):
                for answer in ask(app, rule, address, headers):
                    assert SECRET.encode() not in answer.data, (who, address)
                    if routes.takes_a_file(rule) and not routes.tells_of_a_file(app, rule):
                        assert answer.status_code in REFUSED, (who, address)
                        asked.add(rule.endpoint)
        assert {
            "dataset_resource.download",
            "datastore.dump",
            "datatablesview.ajax",
            "nx_harvest_files.content",
            "nx_tables.download",
            "resource.download",
        } <= asked

    @pytest.mark.parametrize("dataset", ["open", "nowhere"])
    def test_no_route_sends_a_byte_below_another_dataset(self, app, file, strangers, dataset):
        for who, headers in strangers.items():
            for rule, address in addresses(app, file, dataset):
                if "resource_id" in rule.arguments and not routes.tells_of_a_file(app, rule):
                    for answer in ask(app, rule, address, headers):
                        assert answer.status_code in REFUSED, (who, address)
                        assert SECRET.encode() not in answer.data, (who, address)

    @pytest.mark.ckan_config("ckan.datastore.sqlsearch.enabled", True)
    def test_no_action_gives_a_row(self, app, file, strangers):
        from ckan import logic

        logic.get_action("status_show")
        sql = f'SELECT * FROM "{file["resource"]}"'
        data = {"id": file["resource"], "resource_id": file["resource"], "by": "name", "q": SECRET[:2], "sql": sql}
        for who, headers in strangers.items():
            for name, action in logic._actions.items():
                address = f"/api/3/action/{name}"
                if name.startswith("datastore_"):
                    answer = app.post(address, json={**data, "q": ""}, headers=headers)
                elif getattr(action, "side_effect_free", False):
                    answer = app.get(address, query_string=data, headers=headers)
                else:
                    continue
                assert SECRET not in answer.body, (who, name)
                assert quote(SECRET) not in answer.body, (who, name)
                assert json.dumps(SECRET)[1:-1] not in answer.body, (who, name)

    @pytest.mark.parametrize(
        "action", ["nx_harvest_file_list", "nx_table_search", "nx_table_chart", "datastore_search"]
    )
    def test_rows_and_earlier_contents_are_refused(self, app, file, strangers, action):
        query = {"id": file["resource"], "by": "name"}
        for headers in strangers.values():
            answer = app.get(f"/api/3/action/{action}", query_string=query, headers=headers)
            assert answer.status_code == 403
            assert "no-store" in answer.headers["Cache-Control"]

    def test_the_page_does_not_list_earlier_contents(self, app, file, strangers):
        for headers in strangers.values():
            page = app.get(f"/dataset/{file['dataset']}/resource/{file['resource']}", headers=headers)
            assert page.status_code == 200
            assert EARLIER_DIGEST[:12] not in page.body


class TestWithAnAgreement:
    @pytest.fixture
    def reader(self, file):
        user = factories.User()
        terms = {"purposes": ["研究"], "ends": "2099-12-31"}
        helpers.call_action("nx_agreement_grant", dataset=file["dataset"], user=user["name"], **terms)
        return asking(user)

    def ways(self, file):
        below = f"/dataset/{file['dataset']}/resource/{file['resource']}"
        yield from (f"{below}/download", f"{below}/download/x.csv", f"{below}/content/1", f"{below}/data.csv")
        yield f"/datastore/dump/{file['resource']}"
        for action in ("datastore_search", "nx_table_search", "nx_harvest_file_list"):
            yield f"/api/3/action/{action}?id={file['resource']}"

    def test_all_is_served_and_nothing_kept(self, app, file, reader):
        for headers in (reader, asking(file["editor"])):
            for way in self.ways(file):
                answer = app.get(way, headers=headers)
                assert answer.status_code == 200, way
                assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", ")), way
                assert "public" not in answer.headers["Cache-Control"], way

    def test_no_file_is_served_below_another_dataset(self, app, file, reader):
        for rule, address in addresses(app, file, "open"):
            if (
                "resource_id" in rule.arguments
                and {"id", "dataset_id"} & rule.arguments
                and not routes.tells_of_a_file(app, rule)
            ):
                assert app.get(address, headers=reader).status_code == 404, address

    def test_an_agreement_that_was_revoked_ends_every_way(self, app, file, reader):
        listed = helpers.call_action("nx_agreement_list", dataset=file["dataset"])
        helpers.call_action("nx_agreement_revoke", id=listed[0]["id"])
        for way in self.ways(file):
            assert app.get(way, headers=reader).status_code == 403, way
