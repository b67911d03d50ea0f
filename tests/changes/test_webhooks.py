"""Webhooks: signed, in order, tried again, guarded, stopped in the end; the secret is shown once."""

import contextlib
import datetime as dt
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import freezegun
import pytest
import sqlalchemy as sa
import standardwebhooks
from ckan import model
from ckan.lib import jobs
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from ckanext.nxopendata.changes.webhooks import deliveries
from ckanext.nxopendata.changes.webhooks import jobs as webhook_jobs
from ckanext.nxopendata.changes.webhooks.models import Delivery, Webhook
from ckanext.nxopendata.core.timezone import now, utc_now

pytestmark = pytest.mark.usefixtures("with_plugins", "tables", "clean_queues")


class Receiver:
    """Answers with ``status`` and keeps what it was sent."""

    def __init__(self):
        receiver, self.status, self.got = self, 204, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.status == "drips":
                    self.drip()
                    return
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def drip(self):
                self.wfile.write(b"HTTP/1.1 204 ")
                with contextlib.suppress(OSError):
                    for _ in range(1000):
                        self.wfile.write(b"x")
                        time.sleep(0.05)
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def names(self):
        return [change["name"] for _, body in self.got for change in json.loads(body)["changes"]]


@pytest.fixture(autouse=True)
def settings(with_plugins, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.harvest.webhook_allowed_hosts", ["127.0.0.1"])
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "xinjianban")


@pytest.fixture(autouse=True)
def nothing_scheduled(with_plugins):
    registry = jobs.get_queue().scheduled_job_registry
    for job_id in registry.get_job_ids():
        registry.remove(job_id, delete_job=True)
    connection = jobs.connect_to_redis()
    for key in connection.scan_iter("nx:webhook:*"):
        connection.delete(key)


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


INSERT = sa.text(
    "INSERT INTO package (id, name, title, type, state, private, extras) "
    "VALUES (:name, :name, :name, 'dataset', 'active', false, '{}')"
)


def appear(*names):
    with model.meta.engine.begin() as connection:
        for name in names:
            connection.execute(INSERT, {"name": name})


def scheduled():
    registry = jobs.get_queue().scheduled_job_registry
    return {registry.get_scheduled_time(job_id) for job_id in registry.get_job_ids()}


def is_genuine(secret, headers, body):
    """Whether a receiver takes a message, with the library of the specification."""
    try:
        standardwebhooks.Webhook(secret).verify(body, headers)
    except standardwebhooks.WebhookVerificationError:
        return False
    return True


class TestDelivery:
    def test_messages_are_signed_in_order_and_each_change_is_told(self, receiver, call):
        appear(*(f"d{number}" for number in range(150)))
        hook = call("nx_webhook_create", title="银川", url=receiver.url, start="beginning")
        assert hook["behind"] == 150
        assert [job["title"] for job in call("job_list")] == [f"webhook {hook['id']}"]
        webhook_jobs.deliver(hook["id"])
        assert len(receiver.got) == 2
        assert len(set(receiver.names())) == 150
        for headers, body in receiver.got:
            assert is_genuine(hook["secret"], headers, body)
            assert not is_genuine(hook["secret"], headers, body + b" ")
            with freezegun.freeze_time(now() + dt.timedelta(hours=1)):
                assert not is_genuine(hook["secret"], headers, body)
        assert call("nx_webhook_show", id=hook["id"])["behind"] == 0
        feed = helpers.call_action("nx_changes_list", {"user": "", "ignore_auth": False}, datasets=False, limit=1000)
        assert json.loads(receiver.got[-1][1])["cursor"] == feed["cursor"]

    def test_what_is_not_taken_is_sent_again_later_and_nothing_before_it(self, receiver, call):
        hook = call("nx_webhook_create", title="银川", url=receiver.url)
        appear("first")
        receiver.status = 503
        webhook_jobs.deliver(hook["id"])
        (delivery,) = call("nx_webhook_delivery_list", id=hook["id"])
        assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("waiting", 1, 503)
        assert "503" in delivery["message"]
        assert len(scheduled()) == 1
        appear("second")
        receiver.status = 204
        webhook_jobs.deliver(hook["id"])
        assert receiver.names() == ["first"]  # it is not yet time
        model.Session.execute(sa.update(Delivery).values(next_try=utc_now() - dt.timedelta(seconds=1)))
        model.Session.commit()
        assert webhook_jobs.deliver_due() == [hook["id"]]
        webhook_jobs.deliver(hook["id"])
        assert receiver.names() == ["first", "first", "second"]
        ids = [headers["webhook-id"] for headers, _ in receiver.got]
        assert ids[0] == ids[1] != ids[2]
        assert webhook_jobs.deliver_due() == []

    def test_an_answer_that_drips_is_given_up(self, receiver, call, monkeypatch):
        monkeypatch.setattr(deliveries, "LONGEST", 1)
        hook = call("nx_webhook_create", title="银川", url=receiver.url)
        appear("first")
        receiver.status = "drips"
        webhook_jobs.deliver(hook["id"])
        (delivery,) = model.Session.query(Delivery).filter_by(webhook_id=hook["id"])
        assert (delivery.state, delivery.reason) == ("waiting", "timed_out")

    def test_it_is_stopped_in_the_end_its_owner_told_and_goes_on_where_it_was(self, receiver, call):
        owner = factories.Sysadmin(name="officer")
        context = {"user": "officer", "ignore_auth": True}
        hook = helpers.call_action("nx_webhook_create", context, title="银川", url=receiver.url)
        appear("first")
        receiver.status = 302  # an address that moved is not followed
        for _ in range(len(deliveries.BACK_OFF) + 1):
            model.Session.execute(sa.update(Delivery).values(next_try=utc_now() - dt.timedelta(seconds=1)))
            model.Session.commit()
            webhook_jobs.deliver(hook["id"])
        assert call("nx_webhook_show", id=hook["id"])["state"] == "stopped"
        (notice,) = helpers.call_action("nx_notice_list", {"user": owner["name"], "ignore_auth": True})
        assert "银川" in notice["text"]
        assert notice["link"].endswith(f"/harvest/webhooks/{hook['id']}")
        receiver.status = 200
        call("nx_webhook_update", id=hook["id"], state="active")
        webhook_jobs.deliver(hook["id"])
        assert receiver.names()[-1] == "first"
        assert call("nx_webhook_show", id=hook["id"])["behind"] == 0


class TestGuardAndSecret:
    @pytest.mark.parametrize("host", ["10.0.0.1", "127.0.0.2", "[::1]", "169.254.169.254"])
    def test_private_addresses_are_not_entered(self, call, host):
        hook = call("nx_webhook_create", title="内网", url=f"http://{host}:9/")
        delivery = call("nx_webhook_test", id=hook["id"])
        assert (delivery["state"], delivery["status"]) == ("failed", None)
        assert "不是公共地址" in delivery["message"] or "not a public address" in delivery["message"]

    def test_the_secret_is_shown_once_kept_nowhere_and_can_be_renewed(self, receiver, call):
        hook = call("nx_webhook_create", title="银川", url=receiver.url)
        assert hook["secret"].startswith("whsec_")
        assert "secret" not in call("nx_webhook_show", id=hook["id"])
        row = model.Session.execute(sa.select(Webhook.__table__)).first()
        assert hook["secret"] not in map(str, row)
        new = call("nx_webhook_update", id=hook["id"], renew_secret=True)["secret"]
        assert new != hook["secret"]
        call("nx_webhook_test", id=hook["id"])
        ((headers, body),) = receiver.got
        assert is_genuine(new, headers, body)
        call("nx_webhook_delete", id=hook["id"])
        with pytest.raises(tk.ObjectNotFound):
            call("nx_webhook_show", id=hook["id"])

    def test_only_the_office_may_have_requests_sent(self, receiver):
        factories.User(name="officer")
        factories.User(name="head")
        factories.Organization(name="xinjianban", users=[{"name": "officer", "capacity": "editor"}])
        factories.Organization(name="wlt", users=[{"name": "head", "capacity": "admin"}])
        for name, allowed in (("officer", True), ("head", False), ("", False)):
            context = {"user": name, "ignore_auth": False}
            for action in ("create", "update", "delete", "show", "list", "delivery_list", "test"):
                with contextlib.nullcontext() if allowed else pytest.raises(tk.NotAuthorized):
                    tk.check_access(f"nx_webhook_{action}", context, {})

    def test_an_address_that_is_none_is_refused(self, call):
        for url in ("ftp://a.example/", "https://", "https://u:p@a.example/", ""):
            with pytest.raises(tk.ValidationError):
                call("nx_webhook_create", title="x", url=url)


class TestAnnouncing:
    def test_a_written_dataset_sets_a_delivery_going_when_somebody_listens(self, department, call, receiver):
        webhook_jobs._announced_here = 0
        call("package_create", title_translated={"zh": "甲"}, notes_translated={"zh": "乙"}, owner_org=department["id"])
        assert scheduled() == set()
        call("nx_webhook_create", title="银川", url=receiver.url)
        jobs.get_queue().empty()
        webhook_jobs._announced_here = 0
        call("package_create", title_translated={"zh": "丙"}, notes_translated={"zh": "丁"}, owner_org=department["id"])
        (when,) = scheduled()
        assert when > now()
        assert len(webhook_jobs.deliver_due()) == 1
