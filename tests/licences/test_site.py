"""Licences at work in CKAN: API, pages, guarded files, basket, agreements."""

import hashlib
import io
import json
import logging
import re
import zipfile
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers

from ..browser import chromium
from .licence_register import REGISTER
from .test_texts import TWELVE_WAYS, UNKNOWN

pytestmark = pytest.mark.usefixtures("with_plugins", "agreements", "clean_index")

TERMS = {"purposes": ["研究"], "ends": "2099-01-01"}
ROWS = [{"name": "沙湖", "level": "5A"}]


@pytest.fixture
def agreements(clean_db, migrate_db_for):
    migrate_db_for("nxopendata_licences")


@pytest.fixture
def storage(monkeypatch, ckan_config, tmp_path):
    monkeypatch.setitem(ckan_config, "ckan.storage_path", str(tmp_path))
    return tmp_path


@pytest.fixture
def dataset():
    def make(licence="nx-open-1.0", name="jingqu", **more):
        organization = more.pop("owner_org", None) or factories.Organization(title="文化和旅游厅")["id"]
        return factories.Dataset(
            name=name,
            title_translated={"zh": f"宁夏A级旅游景区名录{name.partition('-')[2]}", "en": "A-level sights of Ningxia"},
            notes_translated={"zh": "名录"},
            license_id=licence,
            owner_org=organization,
            **more,
        )

    return make


@pytest.fixture
def uploaded(create_with_upload, storage):
    def make(package, text="名称,等级\n沙湖,5A\n", name="景区.csv", **more):
        context = {"user": factories.Sysadmin()["name"], "ignore_auth": True}
        return create_with_upload(text, name, context, package_id=package["id"], name="景区", url=name, **more)

    return make


def asking(user):
    return {"Authorization": factories.APIToken(user=user["name"])["token"]}


def grant(package, user, **more):
    terms = {"purposes": ["城市内涝模型研究"], "ends": "2099-12-31", **more}
    return helpers.call_action("nx_agreement_grant", dataset=package["name"], user=user["name"], **terms)


class TestApi:
    def test_every_pair_of_licences_and_every_operation(self, app):
        url = "/api/3/action/nx_licence_combine"
        ids = [policy.id for policy in REGISTER]
        for operation in ("use", "collect", "derive"):
            for first, second in zip(ids, ids[1:] + ids[:1], strict=True):
                answer = app.get(url, query_string={"licences": f"{first},{second}", "operation": operation}).json
                result = answer["result"]
                assert result["verdict"] in ("allowed", "prohibited", "undetermined")
                assert bool(result["conflicts"]) is (result["verdict"] != "allowed")
                for conflict in result["conflicts"]:
                    assert all(rule["text"]["zh"] and rule["text"]["en"] for rule in conflict["rules"])
                assert result["advice"]["zh"]

    def test_evaluate_by_post_with_reasons(self, app):
        body = {"licence": "cc-by-nc-4.0", "action": "distribute", "context": {"commercial": True}}
        result = app.post("/api/3/action/nx_licence_evaluate", json=body).json["result"]
        assert result["verdict"] == "prohibited"
        assert result["reasons"][0]["rule"] == "cc-by-nc-4.0#prohibition/0/0"
        assert "商业使用" in result["reasons"][0]["text"]["zh"]

    def test_normalise(self, app):
        url = "/api/3/action/nx_licence_normalise"
        known = app.get(url, query_string={"text": "CC BY 4.0"}).json["result"]
        assert known["id"] == "cc-by-4.0"
        unknown = app.get(url, query_string={"text": "本站数据欢迎使用"}).json["result"]
        assert (unknown["id"], unknown["verbatim"]) == (None, "本站数据欢迎使用")

    def test_a_faulty_question_is_answered_with_409(self, app):
        for action, query in [
            ("evaluate", {"licence": "nothing", "action": "use"}),
            ("evaluate", {"licence": "cc0-1.0"}),
            ("evaluate", {"licence": "cc0-1.0", "action": "use", "context": "{"}),
            ("evaluate", {"licence": "cc0-1.0", "action": "use", "context": '{"taxonomy": 1}'}),
            ("evaluate", {"licence": "cc0-1.0", "action": "use", "context": '{"memberOf": {"a": {"b": 1}}}'}),
            ("evaluate", {"licence": "cc0-1.0", "action": "use", "context": '{"purpose": [{}]}'}),
            ("combine", {"licences": "cc0-1.0", "operation": "burn"}),
            ("combine", {"operation": "use"}),
            ("combine", {"licences": "[1]", "operation": "use"}),
        ]:
            assert app.get(f"/api/3/action/nx_licence_{action}", query_string=query).status_code == 409, query

    def test_an_unknown_licence_is_not_found(self, app):
        assert app.get("/api/3/action/nx_licence_show?id=nothing").status_code == 404

    def test_show_gives_the_policy_under_this_sites_address(self, app):
        result = app.get("/api/3/action/nx_licence_show?id=cc-zero").json["result"]
        assert result["policy"]["uid"] == "http://test.ckan.net/licence/cc-zero.jsonld"
        assert result["policy"]["inheritFrom"] == "http://test.ckan.net/licence/cc0-1.0.jsonld"
        assert [line["action"] for line in result["card"]["can"]][:1] == ["read"]

    def test_credits_of_datasets(self, app, dataset):
        dataset()
        query = {"datasets": "jingqu", "operation": "derive"}
        result = app.get("/api/3/action/nx_licence_combine", query_string=query).json["result"]
        assert (
            "《宁夏A级旅游景区名录》，文化和旅游厅，http://test.ckan.net/dataset/jingqu"
            in result["attribution"]["zh"][0]
        )
        assert result["permitted_licences"] == ["nx-open-1.0"]


class TestPages:
    def test_every_licence_has_a_page_and_a_policy(self, app):
        for policy in REGISTER:
            assert policy.title("zh") in app.get(f"/licence/{policy.id}").body
            assert policy.title("en") in app.get(f"/en/licence/{policy.id}").body
            assert app.get(f"/licence/{policy.id}.jsonld").json["id"] == policy.id

    def test_our_terms_in_both_languages(self, app):
        for licence in ("nx-open-1.0", "nx-conditional-1.0", "nx-share-gov-1.0"):
            assert REGISTER[licence].title("zh") in app.get(f"/licence/{licence}/terms").body
            assert "The Chinese text prevails" in app.get(f"/en/licence/{licence}/terms").body

    def test_lists_profile_and_context(self, app):
        assert "知识共享" in app.get("/licence").body
        assert "nx:reidentify" in app.get("/ns/odrl").body
        assert "@context" in app.get("/ns/licence.jsonld").json
        assert app.get("/licence/nothing").status_code == 404

    def test_a_dataset_shows_its_card_and_embeds_its_policy(self, app, dataset):
        dataset(resources=[{"url": "https://example.org/a.csv", "name": "a"}])
        body = app.get("/dataset/jingqu").body
        assert "还原个人身份" in body
        assert "[DS/OL]" in body
        embedded = re.search(
            r'<script type="application/ld\+json">(\{"@context": \["http://www.w3.org/ns/odrl.*?)</script>', body
        )
        assert embedded
        assert json.loads(embedded[1])["id"] == "nx-open-1.0"

    def test_the_least_open_licence_of_the_files_is_shown(self, app, dataset):
        resources = [
            {"url": "https://example.org/a.csv", "name": "a"},
            {"url": "https://example.org/b.csv", "name": "b", "license": "cc-by-nc-4.0"},
        ]
        dataset("cc-by-4.0", resources=resources)
        body = app.get("/dataset/jingqu").body
        assert re.search(r'href="/licence/cc-by-nc-4.0" rel="license"', body)

    def test_the_assistant_answers_without_javascript(self, app):
        page = app.get("/licence-assistant?licence=cc-by-sa-4.0&licence=cc-by-nc-4.0&operation=derive").body
        assert "要求改编成果以相同许可发布" in page
        assert "alert-danger" in page

    def test_the_assistant_takes_addresses_of_datasets(self, app, dataset):
        dataset()
        page = app.get("/licence-assistant?datasets=http://test.ckan.net/dataset/jingqu,nowhere&operation=derive").body
        assert "alert-success" in page
        assert "nowhere" in page

    def test_what_visitors_type_is_escaped(self, app):
        page = app.get("/licence-assistant?datasets=<script>alert(1)</script>&operation=use").body
        assert "<script>alert(1)" not in page


class TestDownloads:
    def test_every_file_names_its_licence_and_credit(self, app, dataset, uploaded):
        resource = uploaded(dataset("cc-by-4.0"))
        response = app.get(f"/dataset/jingqu/resource/{resource['id']}/download/x.csv")
        assert '<http://test.ckan.net/licence/cc-by-4.0>; rel="license"' in response.headers["Link"]
        assert "宁夏A级旅游景区名录" in unquote(response.headers["X-Attribution"])

    def test_a_conditional_file_needs_an_agreement(self, app, dataset, uploaded, caplog):
        package = dataset("nx-conditional-1.0")
        resource = uploaded(package)
        url = f"/dataset/jingqu/resource/{resource['id']}/download/x.csv"
        user, other = factories.User(), factories.User()
        with caplog.at_level(logging.INFO, "ckanext.nxopendata.licences.decisions"):
            refused = app.get(url)
        assert refused.status_code == 403
        assert "有条件" in refused.body or "conditions" in refused.body
        assert "沙湖" not in refused.body
        assert f"allowed=False code=login dataset={package['id']} resource={resource['id']}" in caplog.text

        assert app.get(url, headers=asking(user)).status_code == 403
        grant(package, user)
        served = app.get(url, headers=asking(user))
        assert served.status_code == 200
        assert "沙湖" in served.body
        assert {"private", "no-store"} <= set(served.headers["Cache-Control"].split(", "))
        assert "public" not in served.headers["Cache-Control"]
        assert app.get(url, headers=asking(other)).status_code == 403

    def test_it_ends_at_the_very_second(self, dataset, uploaded):
        from ckanext.nxopendata.core.file_access.decision import decide

        package = dataset("nx-conditional-1.0")
        resource, user = uploaded(package), factories.User()
        found = grant(package, user, ends="2098-01-01T00:00:00+08:00")
        end = datetime.fromisoformat(found["ends"])
        assert decide(resource["id"], user["name"], moment=end - timedelta(seconds=1)).code == "agreement"
        assert decide(resource["id"], user["name"], moment=end).code == "expired"

    def test_an_expired_agreement_gives_403_again(self, app, dataset, uploaded):
        import time

        package = dataset("nx-conditional-1.0")
        resource, user = uploaded(package), factories.User()
        end = datetime.now(UTC) + timedelta(seconds=3)
        grant(package, user, ends=end.isoformat())
        url, headers = f"/dataset/jingqu/resource/{resource['id']}/download/x.csv", asking(user)
        assert app.get(url, headers=headers).status_code == 200
        time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()))
        assert app.get(url, headers=headers).status_code == 403

    def test_a_revoked_agreement_ends_at_once(self, app, dataset, uploaded):
        package = dataset("nx-conditional-1.0")
        resource, user = uploaded(package), factories.User()
        found = grant(package, user)
        helpers.call_action("nx_agreement_revoke", id=found["id"])
        url = f"/dataset/jingqu/resource/{resource['id']}/download/x.csv"
        assert app.get(url, headers=asking(user)).status_code == 403

    def test_an_opening_condition_guards_whatever_the_licence(self, app, dataset, uploaded):
        package = dataset("notspecified", nx_is_open="1", nx_open_condition="仅限科研")
        resource = uploaded(package)
        assert app.get(f"/dataset/jingqu/resource/{resource['id']}/download/x.csv").status_code == 403

    def test_a_file_with_its_own_conditional_licence_is_guarded(self, app, dataset, uploaded):
        resource = uploaded(dataset("cc-by-4.0"), license="nx-conditional-1.0")
        assert app.get(f"/dataset/jingqu/resource/{resource['id']}/download/x.csv").status_code == 403

    def test_the_department_reads_its_own(self, app, dataset, uploaded):
        editor = factories.User()
        organization = factories.Organization(users=[{"name": editor["name"], "capacity": "editor"}])
        resource = uploaded(dataset("nx-conditional-1.0", owner_org=organization["id"]))
        url = f"/dataset/jingqu/resource/{resource['id']}/download/x.csv"
        assert app.get(url, headers=asking(editor)).status_code == 200

    def test_a_private_dataset_is_not_betrayed(self, app, dataset, uploaded):
        resource = uploaded(dataset("nx-conditional-1.0", private=True))
        response = app.get(f"/dataset/jingqu/resource/{resource['id']}/download/x.csv")
        assert response.status_code in (403, 404)
        assert "旅游景区名录" not in response.body


@pytest.mark.ckan_config("ckan.datastore.sqlsearch.enabled", True)
class TestRows:
    @pytest.fixture
    def table(self, dataset, call):
        package = dataset("nx-conditional-1.0")
        made = call(
            "datastore_create",
            resource={"package_id": package["id"]},
            records=ROWS,
            aliases=[f"alias_{package['id']}"],
            force=True,
        )
        return package, made["resource_id"]

    def test_every_way_to_the_rows_is_guarded(self, app, table):
        package, resource_id = table
        sql = f'SELECT * FROM "{resource_id}"'  # the id is ours
        ways = [
            f"/api/3/action/datastore_search?resource_id={resource_id}",
            f"/api/3/action/datastore_search?resource_id=alias_{package['id']}",
            f"/api/3/action/datastore_search_sql?sql={sql}",
            f"/datastore/dump/{resource_id}",
        ]
        user = factories.User()
        for way in ways:
            response = app.get(way)
            assert response.status_code == 403, way
            assert "沙湖" not in response.body
            assert app.get(way, headers=asking(user)).status_code == 403, way
        grant(package, user)
        for way in ways:
            response = app.get(way, headers=asking(user))
            assert response.status_code == 200, way
            assert "沙湖" in json.dumps(response.json, ensure_ascii=False) if "api" in way else "沙湖" in response.body


class TestAgreements:
    def test_faulty_terms_are_refused(self, dataset):
        package, user = dataset("nx-conditional-1.0"), factories.User()
        for changes, field in [
            ({"ends": "2020-01-01"}, "ends"),
            ({"ends": "soon"}, "ends"),
            ({"ends": "9999-12-31"}, "ends"),
            ({"purposes": []}, "purposes"),
            ({"user": "nobody-here"}, "user"),
            ({"destruction": "30"}, "destruction"),
        ]:
            terms = {"dataset": package["name"], "user": user["name"], **TERMS, **changes}
            with pytest.raises(tk.ValidationError) as refusal:
                helpers.call_action("nx_agreement_grant", **terms)
            assert field in refusal.value.error_dict

    def test_only_the_departments_administrators_grant(self, dataset):
        package, user = dataset("nx-conditional-1.0"), factories.User()
        context = {"user": user["name"], "ignore_auth": False}
        with pytest.raises(tk.NotAuthorized):
            helpers.call_action(
                "nx_agreement_grant",
                context,
                dataset=package["name"],
                user=user["name"],
                purposes=["x"],
                ends="2099-01-01",
            )

    def test_a_bare_date_includes_that_day(self, dataset):
        found = grant(dataset("nx-conditional-1.0"), factories.User(), ends="2098-12-31")
        assert found["ends"] == "2099-01-01T00:00:00+08:00"

    def test_the_command_line_grants_lists_and_revokes(self, cli, ckan_config, dataset):
        from ckan.cli.cli import ckan

        package, user = dataset("nx-conditional-1.0"), factories.User()
        run = lambda *words: cli.invoke(ckan, ["nx", "licence", *words])  # noqa: E731 # three calls in one test
        made = run("grant", package["name"], user["name"], "--purpose", "研究", "--ends", "2098-12-31")
        assert made.exit_code == 0, made.output
        assert json.loads(made.output)["state"] == "active"
        listed = json.loads(run("agreements", package["name"]).output)
        assert run("revoke", listed[0]["id"]).exit_code == 0
        assert json.loads(run("agreements", package["name"]).output)[0]["state"] == "revoked"

    def test_the_migration_goes_down_and_up_again(self, migrate_db_for):
        from ckan.cli.db import _run_migrations
        from sqlalchemy import inspect

        _run_migrations("nxopendata_licences", "base", False)
        assert not inspect(model.ensure_engine()).has_table("nx_agreement")
        migrate_db_for("nxopendata_licences")
        assert inspect(model.ensure_engine()).has_table("nx_agreement")


class TestBasket:
    def take(self, app, *packages):
        for package in packages:
            app.post("/basket/add", data={"dataset": package["id"]}, follow_redirects=False)

    def test_the_bundle_carries_files_texts_and_checksums(self, app, dataset, uploaded):
        first, second = dataset("cc-by-4.0"), dataset("nx-open-1.0", name="jingqu-2")
        uploaded(first)
        uploaded(second, "a,b\n", "景区.csv")
        self.take(app, first, second)
        assert "景区" in app.get("/basket").body
        response = app.get("/basket/download")
        assert response.status_code == 200
        archive = zipfile.ZipFile(io.BytesIO(response.data))
        assert archive.testzip() is None
        names = set(archive.namelist())
        assert {"LICENSES/cc-by-4.0.txt", "LICENSES/nx-open-1.0.txt", "ATTRIBUTION.txt", "metadata.json"} <= names
        lines = (line.partition("  ") for line in archive.read("SHA256SUMS").decode().splitlines())
        sums = {name: digest for digest, _, name in lines}
        assert set(sums) == names - {"SHA256SUMS"}
        for name, digest in sums.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        files = [name for name in names if name.startswith("data/")]
        assert len(files) == 2
        assert all(name.endswith("景区.csv") for name in files)
        assert "您必须" in archive.read("LICENSES/nx-open-1.0.txt").decode()
        assert "《宁夏A级旅游景区名录》" in archive.read("ATTRIBUTION.txt").decode()

    def test_a_bundle_that_may_not_be_put_together_is_refused_with_the_reason(self, app, dataset, uploaded):
        package = dataset("other-closed")
        uploaded(package)
        self.take(app, package)
        response = app.get("/basket/download")
        assert response.status_code == 409
        assert "禁止" in response.body

    def test_a_conditional_file_does_not_slip_through_the_basket(self, app, dataset, uploaded):
        package = dataset("nx-conditional-1.0")
        uploaded(package)
        self.take(app, package)
        response = app.get("/basket/download")
        assert response.status_code == 409
        assert "PK" not in response.body[:4]

    def test_files_are_taken_out(self, app, dataset, uploaded):
        package = dataset("cc-by-4.0")
        resource = uploaded(package)
        self.take(app, package)
        app.post("/basket/remove", data={"resource": resource["id"]})
        assert app.get("/basket/download").status_code == 404

    def test_a_dataset_that_turns_private_leaves_the_basket(self, app, dataset, uploaded, call):
        package = dataset("cc-by-4.0")
        uploaded(package)
        self.take(app, package)
        call("package_patch", id=package["id"], private=True)
        assert app.get("/basket/download").status_code == 404

    def test_links_are_listed_not_fetched(self, app, dataset, uploaded):
        package = dataset("cc-by-4.0", resources=[{"url": "https://example.org/a.csv", "name": "a"}])
        self.take(app, package)
        archive = zipfile.ZipFile(io.BytesIO(app.get("/basket/download").data))
        assert "https://example.org/a.csv" in archive.read("LINKS.txt").decode()


@pytest.mark.browser
class TestBasketInABrowser:
    def test_choose_look_and_download_without_javascript(self, site, dataset, uploaded, tmp_path):
        uploaded(dataset("cc-by-4.0"))
        with chromium() as browser:
            page = browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
            page.goto(f"{site}/dataset/jingqu")
            page.locator("form[action$='/basket/add'] button").click()
            assert "/basket" in page.url
            assert "景区" in page.locator("table").inner_text()
            with page.expect_download() as waiting:
                page.locator("a[href$='/basket/download']").click()
            waiting.value.save_as(tmp_path / "basket.zip")
            page.locator("button[name=all]").click()
            assert page.locator("table").count() == 0
        names = zipfile.ZipFile(tmp_path / "basket.zip").namelist()
        assert "data/jingqu/景区.csv" in names


class TestCommandLine:
    def test_the_list_and_the_lint(self, cli, tmp_path):
        from ckan.cli.cli import ckan

        listed = cli.invoke(ckan, ["nx", "licence", "list", "--json"])
        assert {entry["id"] for entry in json.loads(listed.output)} == {policy.id for policy in REGISTER}
        assert cli.invoke(ckan, ["nx", "licence", "check"]).exit_code == 0
        bad = tmp_path / "bad.jsonld"
        bad.write_text('{"uid": "x"}', "utf-8")
        refused = cli.invoke(ckan, ["nx", "licence", "check", str(bad)])
        assert refused.exit_code == 1
        assert "第 1 行" in refused.output


class TestCatalogueOfOthers:
    def test_twelve_spellings_are_recognised_and_three_flagged(self, app, dataset):
        organization = factories.Organization()["id"]
        counted = {"known": 0, "flagged": 0}
        for number, text in enumerate([*TWELVE_WAYS, *UNKNOWN]):
            found = helpers.call_action("nx_licence_normalise", text=text)
            package = dataset(found["counts_as"], f"d-{number}", owner_org=organization, nx_license_verbatim=text)
            body = app.get(f"/dataset/{package['name']}").body
            flagged = re.search("(未|无法)识别|Not recognised", body) is not None
            if found["id"]:
                assert not flagged, text
                counted["known"] += 1
            else:
                assert flagged, text
                assert text in body
                counted["flagged"] += 1
        assert counted == {"known": 12, "flagged": 3}


class TestValidators:
    schema = ("nx_licence_fits", "ignore_empty", "unicode_safe", "nx_licence_known")

    def validate(self, **data):
        validators = [tk.get_validator(name) for name in self.schema]
        others = {name: [tk.get_validator("ignore_missing")] for name in data if name != "license_id"}
        return tk.navl_validate(data, {"license_id": validators, **others}, {})

    def test_a_spelling_becomes_its_id(self):
        data, errors = self.validate(license_id="https://creativecommons.org/licenses/by/4.0/", nx_is_open="1")
        assert (data["license_id"], errors) == ("cc-by-4.0", {})

    def test_an_unfit_licence_is_refused_with_a_proposal(self):
        errors = self.validate(license_id="cc-by-nd-4.0", nx_is_open="1")[1]
        assert "nx-open-1.0" in errors["license_id"][0]
        assert self.validate(license_id="cc-by-nd-4.0", nx_is_open="0")[1] == {}

    def test_an_unknown_licence_is_refused_with_suggestions(self):
        errors = self.validate(license_id="CC BY 5.0", nx_is_open="0")[1]
        assert "cc-by-4.0" in errors["license_id"][0]

    def test_a_share_alike_source_on_this_site_forces_its_licence(self, dataset):
        dataset("cc-by-sa-4.0")
        provenance = "由 http://test.ckan.net/dataset/jingqu 加工"
        errors = self.validate(license_id="nx-open-1.0", nx_is_open="1", nx_provenance=provenance)[1]
        assert "cc-by-sa-4.0" in errors["license_id"][0]
        assert self.validate(license_id="cc-by-sa-4.0", nx_is_open="1", nx_provenance=provenance)[1] == {}

    def test_the_form_proposes_a_licence(self, app, dataset):
        package, admin = dataset("nx-open-1.0", nx_is_open="1"), factories.Sysadmin()
        body = app.get(f"/dataset/edit/{package['name']}", headers=asking(admin)).body
        assert REGISTER["nx-open-1.0"].summary("zh") in body


class TestDcat:
    def test_licence_and_policy_of_dataset_and_distribution(self, dataset):
        import rdflib
        from ckanext.dcat.processors import RDFSerializer

        from ckanext.nxopendata.licences.profiles import ODRL, NxLicenceProfile

        package = dataset("cc-by-4.0", resources=[{"url": "https://example.org/b.csv", "license": "cc-by-nc-4.0"}])
        serializer = RDFSerializer(profiles=["euro_dcat_ap_3"])
        serializer._profiles.append(NxLicenceProfile)
        reference = serializer.graph_from_dataset(package)
        policies = {str(o) for o in serializer.g.objects(None, ODRL.hasPolicy)}
        assert policies == {"http://test.ckan.net/licence/cc-by-nc-4.0.jsonld"}
        licence = serializer.g.value(reference, rdflib.DCTERMS.license)
        assert str(licence) == "https://creativecommons.org/licenses/by-nc/4.0/legalcode"

    def test_croissant_names_the_policy(self, dataset):
        from ckanext.dcat.processors import RDFSerializer

        from ckanext.nxopendata.licences.profiles import ODRL, NxLicenceProfile

        serializer = RDFSerializer(profiles=["croissant"])
        serializer._profiles.append(NxLicenceProfile)
        reference = serializer.graph_from_dataset(dataset("nx-open-1.0"))
        policy = serializer.g.value(reference, ODRL.hasPolicy)
        assert str(policy) == "http://test.ckan.net/licence/nx-open-1.0.jsonld"
