"""The filing rules where a dataset is saved, and the resource codes it gets, on the real database."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ckanext.nxopendata.catalogue.schema import checks, filing_rules, resource_codes

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.fixture
def department() -> dict:
    return factories.Organization(name="wlt", title_translated={"zh": "自治区文化和旅游厅"})


@pytest.fixture
def create(call: Act, department: dict) -> Callable[..., dict]:
    def create_dataset(title: str, **fields: Any) -> dict:
        values = {"title": title, "notes": "摘要", "owner_org": department["id"]}
        return call("package_create", **(values | fields))

    return create_dataset


def refusal(create: Callable[..., dict], *args: Any, **fields: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as caught:
        create(*args, **fields)
    return caught.value.error_dict


class TestWhereItIsSaved:
    def test_three_mistakes_are_told_at_their_fields(self, create: Act) -> None:
        errors = refusal(
            create,
            "景区名录",
            nx_share_type="3",
            nx_format_category="2",
            nx_share_method_category="platform",
            nx_share_method="3",
            nx_publish_date="2999-01-01",
        )
        assert set(errors) == {"nx_share_condition", "nx_share_method", "nx_publish_date"}

    def test_the_message_names_codes_in_words(self, create: Act) -> None:
        errors = refusal(create, "景区名录", nx_format_category="7", nx_share_method="2")
        assert "服务接口" in errors["nx_share_method"][0]

    def test_a_wrong_item_is_told_at_the_item(self, create: Act) -> None:
        errors = refusal(create, "景区名录", nx_items=[{"name": "名称"}, {"name": "名称"}])
        assert "name" in errors["nx_items"][1]


class TestSameTitles:
    def test_titles_that_differ_in_punctuation_are_the_same(self, create: Act) -> None:
        create("宁夏A级旅游景区名录")
        errors = refusal(create, "宁夏 A级旅游景区（名录）")
        assert "ning-xia-a-ji-lv-you-jing-qu-ming-lu" in errors["title_translated"][0]

    def test_another_department_may_use_the_title(self, create: Act) -> None:
        create("统计公报")
        assert create("统计公报", owner_org=factories.Organization(title="统计局")["id"])["title"] == "统计公报"

    def test_an_update_is_not_compared_with_itself(self, create: Act, call: Act) -> None:
        dataset = create("统计公报")
        assert call("package_patch", id=dataset["id"], notes="改过的摘要")["notes"] == "改过的摘要"

    def test_a_deleted_dataset_frees_its_title(self, create: Act, call: Act) -> None:
        call("package_delete", id=create("统计公报")["id"])
        assert create("统计公报", name="gong-bao-2")

    @settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(title=st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40))
    def test_the_database_folds_titles_as_the_rules_do(self, title: str) -> None:
        assert model.Session.scalar(select(func.nx_same_title(title))) == filing_rules.title_key(title)

    def test_the_index_answers(self) -> None:
        """A look-up of a title must not read the whole table."""
        model.Session.execute(select(func.set_config("enable_seqscan", "off", True)))
        package = model.Package
        query = select(package.id).where(package.owner_org == "x", func.nx_same_title(package.title) == "y")
        statement = str(query.compile(model.Session.get_bind(), compile_kwargs={"literal_binds": True}))
        plan = model.Session.connection().exec_driver_sql(f"EXPLAIN {statement}").scalars().all()
        assert "nx_package_same_title" in "\n".join(plan)


class TestWhatIsNotOpen:
    def test_it_is_private_whoever_writes_it_until_it_is_open(self, create: Act, call: Act) -> None:
        dataset = create("内部名录", nx_is_open="0")
        assert dataset["private"]
        assert not call("package_patch", id=dataset["id"], nx_is_open="1")["private"]
        assert call("package_patch", id=dataset["id"], nx_is_open="0")["private"]

    def test_what_was_made_private_on_purpose_stays_private(self, create: Act, call: Act) -> None:
        dataset = create("名录", nx_is_open="1", private=True)
        assert call("package_patch", id=dataset["id"], notes="新摘要")["private"]


class TestRelatedCodes:
    def test_they_exist(self, create: Act) -> None:
        errors = refusal(create, "景区名录", nx_related_codes=["214001/99"])
        assert "214001/99" in errors["nx_related_codes"][0]

    def test_a_code_in_use_is_accepted(self, create: Act) -> None:
        other = create("景区")["nx_resource_code"]
        assert create("景区名录", nx_related_codes=[other])["nx_related_codes"] == [other]

    def test_datasets_of_a_batch_may_relate_to_each_other(self) -> None:
        one = {"id": "1", "title": "甲", "nx_resource_code": "214001/1", "nx_related_codes": ["214001/2"]}
        two = {"id": "2", "title": "乙", "nx_resource_code": "214001/2"}
        batch = checks.prepare([one, two])
        assert [checks.look_up(item, batch) for item in (one, two)] == [[], []]

    def test_equal_titles_in_a_batch_are_found(self) -> None:
        one = {"id": "1", "owner_org": "wlt", "title": "名录"}
        two = {"id": "2", "owner_org": "wlt", "title": "名 录"}
        batch = checks.prepare([one, two])
        batch.add(one)
        assert [finding.code for finding in checks.look_up(two, batch)] == ["title_taken"]


class TestNumberedTitles:
    """Filing rules, 2: copies of a row that a spreadsheet numbered."""

    def test_a_number_at_the_end_that_follows_another_title_is_found(self) -> None:
        def told(title: str) -> list[tuple[str, str]]:
            return [(f.code, f.level) for f in checks.look_up({"id": "2", "owner_org": "wlt", "title": title}, batch)]

        one = {"id": "1", "owner_org": "wlt", "title": "景区名录"}
        three, year = one | {"id": "3", "title": "公报 3"}, one | {"id": "4", "title": "年鉴2024"}
        batch = checks.prepare([one, three, year])
        for written in (one, three, year):
            batch.add(written)
        warned = [("title_numbered", "warning")]
        assert [told(title) for title in ("景区 名录2", "公报2", "公报（4）")] == [warned] * 3
        assert [told(title) for title in ("公报9", "年鉴2025", "景区名录（新）")] == [[]] * 3

    def test_a_department_is_refused_and_a_harvest_is_not(self, create: Act, department: dict, call: Act) -> None:
        factories.User(name="editor")
        call("organization_member_create", id="wlt", username="editor", role="editor")
        create("景区名录")

        def save(action: str, **fields: Any) -> dict:
            return helpers.call_action(action, {"user": "editor", "ignore_auth": False}, **fields)

        new = {"title": "景区名录1", "notes": "摘要", "owner_org": "wlt"}
        assert "景区名录" in refusal(save, "package_create", **new)["title_translated"][0]
        harvested = create("景区名录2")
        assert save("package_patch", id=harvested["id"], notes="新的摘要")["notes"] == "新的摘要"
        assert "title_translated" in refusal(save, "package_patch", id=harvested["id"], title="景区名录3")


class TestAddresses:
    def test_the_same_title_saved_twice_at_once_gives_two_addresses(self, department: dict) -> None:
        others = [factories.Organization()["id"] for _ in range(4)]
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        made: list[str] = []
        failures: list[BaseException] = []
        start = threading.Barrier(len(others))

        def work(owner: str) -> None:
            try:
                start.wait(30)
                context: Any = {"user": user, "ignore_auth": True}
                made.append(tk.get_action("package_create")(context, _titled(owner))["name"])
            except BaseException as error:
                failures.append(error)
            finally:
                model.Session.remove()

        threads = [threading.Thread(target=work, args=(owner,)) for owner in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not [getattr(failure, "error_dict", failure) for failure in failures]
        assert sorted(made) == ["tong-ji-gong-bao", *(f"tong-ji-gong-bao-{number}" for number in (2, 3, 4))]


def _titled(owner: str) -> dict[str, str]:
    return {"title": "统计公报", "notes": "摘要", "owner_org": owner}


class TestResourceCodes:
    def test_the_system_gives_one(self, create: Act) -> None:
        assert create("景区名录", nx_class_code="214")["nx_resource_code"].startswith("214000/")

    def test_without_a_class_it_is_the_departments(self, create: Act) -> None:
        assert create("景区名录")["nx_resource_code"].startswith("364000/")

    def test_an_update_without_it_keeps_it(self, create: Act, call: Act) -> None:
        dataset = create("景区名录")
        del (changed := dict(dataset))["nx_resource_code"]
        assert call("package_update", **(changed | {"notes": "新"}))["nx_resource_code"] == dataset["nx_resource_code"]

    def test_it_cannot_be_changed(self, create: Act, call: Act) -> None:
        dataset = create("景区名录")
        errors = refusal(call, "package_patch", id=dataset["id"], nx_resource_code="364000/77777777")
        assert list(errors) == ["nx_resource_code"]

    def test_one_code_belongs_to_one_dataset(self, create: Act) -> None:
        create("甲", nx_resource_code="101001/7")
        assert "nx_resource_code" in refusal(create, "乙", nx_resource_code="101001/7")

    def test_a_purged_datasets_code_is_not_given_out_again(self, create: Act, call: Act) -> None:
        dataset = create("甲", nx_class_code="105")
        first, number = dataset["nx_resource_code"].split("/")
        foreign = f"{first}/{int(number) + 1:06}"
        for purged in (dataset, create("乙", nx_resource_code=foreign)):
            call("dataset_purge", id=purged["id"])
        assert create("丙", nx_class_code="105")["nx_resource_code"] == f"{first}/{int(number) + 2:06}"

    def test_many_threads_get_different_codes(self) -> None:
        """Twenty transactions at once, half of them on a prefix that was never used, half of those undone."""
        fresh = resource_codes.prefix(f"399001t{model.Session.scalar(select(func.txid_current()))}", "364")
        model.Session.commit()
        given_out: list[str] = []
        failures: list[BaseException] = []
        start = threading.Barrier(20)

        def work(number: int) -> None:
            try:
                start.wait(30)
                for _ in range(25):
                    code = resource_codes.allocate_code(fresh if number % 2 else "101001")
                    if number % 4 == 1:
                        model.Session.rollback()
                    else:
                        model.Session.commit()
                        given_out.append(code)
            except BaseException as error:
                failures.append(error)
            finally:
                model.Session.remove()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not failures
        assert len(given_out) == len(set(given_out)) == 15 * 25
