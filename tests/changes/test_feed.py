"""The feed of changes: whole, without gaps, public only, while others write."""

import threading

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import helpers

from tests.harvest.catalogues import PREFIXES, dataset, turtle

pytestmark = pytest.mark.usefixtures("with_plugins", "tables")


@pytest.fixture
def make(department, call):
    return lambda name, **fields: call(
        "package_create",
        **{
            "name": name,
            "title_translated": {"zh": name},
            "notes_translated": {"zh": "摘要"},
            "owner_org": department["id"],
            "license_id": "cc-by-4.0",
            "nx_is_open": "1",
            "nx_share_type": "1",
        }
        | fields,
    )


def changes(**data):
    """As a visitor."""
    return helpers.call_action("nx_changes_list", {"user": "", "ignore_auth": False}, **data)


def told(answer):
    return [(change["name"], change["kind"]) for change in answer["changes"]]


class TestTheFeed:
    def test_it_follows_a_dataset_from_its_publication_to_its_purge(self, make, call):
        secret = make("secret", private=True)
        first = changes()
        assert told(first) == []
        call("package_patch", id=secret["id"], private=False)
        second = changes(cursor=first["cursor"])
        assert told(second) == [("secret", "changed")]
        assert second["changes"][0]["dataset"]["title_translated"] == {"zh": "secret"}
        assert told(changes(cursor=second["cursor"])) == []
        steps = [
            ("package_patch", {"notes_translated": {"zh": "新"}}, "changed"),
            ("package_patch", {"private": True}, "withdrawn"),
            ("package_patch", {"private": False}, "changed"),
            ("package_delete", {}, "withdrawn"),
        ]
        cursor = second["cursor"]
        for action, data, kind in steps:
            call(action, id=secret["id"], **data)
            answer = changes(cursor=cursor)
            assert told(answer) == [("secret", kind)], action
            assert (answer["changes"][0]["dataset"] is None) == (kind == "withdrawn")
            cursor = answer["cursor"]
        call("package_patch", id=secret["id"], title_translated={"zh": "被删除后的修改"})
        call("dataset_purge", id=secret["id"])
        assert told(changes(cursor=cursor)) == []
        assert told(changes()) == [("secret", "withdrawn")]

    def test_pages_chain_by_cursor_and_since_finds_a_place_to_begin(self, make, call):
        for name in ("jia", "yi", "bing"):
            make(name)
        one = changes(limit=2, datasets=False)
        assert (told(one), one["more"]) == ([("jia", "changed"), ("yi", "changed")], True)
        assert "dataset" not in one["changes"][0]
        call("package_patch", id="jia", notes_translated={"zh": "又"})
        two = changes(cursor=one["cursor"], limit=2)
        assert (told(two), two["more"]) == ([("bing", "changed"), ("jia", "changed")], False)
        later = two["changes"][1]["time"]
        assert told(changes(since=later)) == [("jia", "changed")]
        assert told(changes(since="2999-01-01")) == []

    def test_what_it_cannot_read_it_says(self, make):
        for data, field in (
            ({"cursor": "x"}, "cursor"),
            ({"cursor": "99999999"}, "cursor"),
            ({"since": "gestern"}, "since"),
            ({"limit": "viel"}, "limit"),
        ):
            with pytest.raises(Exception, match=field):
                changes(**data)

    def test_a_harvest_is_in_the_feed_withdrawals_too(self, web, harvest):
        url = web.put("/1", turtle(*range(1, 21)))
        harvest(url)
        answer = changes()
        assert len(answer["changes"]) == 20
        web.put("/1", PREFIXES + dataset(1, title="新题") + "".join(dataset(key) for key in range(3, 21)))
        harvest(url)
        news = changes(cursor=answer["cursor"])
        assert sorted(told(news)) == [("shu-ju-ji-1", "changed"), ("shu-ju-ji-2", "withdrawn")]
        harvest(url)
        assert told(changes(cursor=news["cursor"])) == []

    def test_visitors_may_ask_over_the_api(self, app, make):
        make("open")
        answer = app.get("/api/action/nx_changes_list?limit=5").json["result"]
        assert told(answer) == [("open", "changed")]


INSERT = sa.text(
    "INSERT INTO package (id, name, title, type, state, private, extras) "
    "VALUES (:name, :name, :name, 'dataset', 'active', false, '{}')"
)


class TestConcurrentWriters:
    def test_a_transaction_that_began_first_and_ends_last_is_not_passed_over(self):
        slow, quick = model.meta.engine.connect(), model.meta.engine.connect()
        try:
            slow.execute(INSERT, {"name": "slow"})
            quick.execute(INSERT, {"name": "quick"})
            quick.commit()
            first = changes(datasets=False)
            assert told(first) == [("quick", "changed")]
            slow.commit()
            second = changes(cursor=first["cursor"], datasets=False)
            assert told(second) == [("slow", "changed")]
        finally:
            slow.close()
            quick.close()

    def test_a_change_under_way_hides_nothing_and_a_rollback_leaves_the_old(self):
        with model.meta.engine.begin() as connection:
            connection.execute(INSERT, {"name": "a"})
        writer = model.meta.engine.connect()
        try:
            writer.execute(sa.text("UPDATE package SET title = 'b' WHERE id = 'a'"))
            assert told(changes(datasets=False)) == []  # its old state waits for the writer to decide
            writer.rollback()
            first = changes(datasets=False)
            assert told(first) == [("a", "changed")]
            writer.execute(sa.text("UPDATE package SET title = 'c' WHERE id = 'a'"))
            assert told(changes(datasets=False)) == [("a", "changed")]
            writer.commit()
            assert told(changes(cursor=first["cursor"], datasets=False)) == [("a", "changed")]
        finally:
            writer.close()

    def test_a_follower_who_never_stops_reading_ends_with_what_is_there(self):
        """Four writers in transactions of uneven length, two followers; nobody misses a row."""
        writers, each = 4, 60
        done = threading.Event()
        seen: list[dict[str, str]] = [{}, {}]

        def write(number: int) -> None:
            for step in range(each):
                with model.meta.engine.connect() as connection:
                    connection.execute(INSERT, {"name": f"d{number}-{step}"})
                    if step:
                        other = {"id": f"d{number}-{step - 1}", "private": step % 3 == 0}
                        connection.execute(
                            sa.text("UPDATE package SET title = 'n', private = :private WHERE id = :id"), other
                        )
                    connection.execute(sa.text("SELECT pg_sleep(:s)"), {"s": (step * 7 + number * 3) % 11 / 1000})
                    connection.rollback() if step % 10 == 9 else connection.commit()

        def follow(mine: dict[str, str]) -> None:
            cursor = 0
            while True:
                last = done.is_set()
                from ckanext.nxopendata.changes.feed import change_feed

                entries, more = change_feed.read_changes(cursor, 7)
                for entry in entries:
                    mine[entry.dataset_id] = entry.kind
                    cursor = entry.seq
                if last and not entries and not more:
                    return

        threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
        followers = [threading.Thread(target=follow, args=(mine,)) for mine in seen]
        for thread in [*threads, *followers]:
            thread.start()
        for thread in threads:
            thread.join()
        done.set()
        for thread in followers:
            thread.join(60)
        rows = model.Session.execute(sa.text("SELECT id, private FROM package"))
        expected = {row.id: "withdrawn" if row.private else "changed" for row in rows}
        assert len(expected) > writers * each * 0.8
        assert seen[0] == seen[1] == expected
