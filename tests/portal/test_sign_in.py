"""Signing in through the pages: sessions on the server that end, and passwords that cannot be tried at will."""

from __future__ import annotations

import base64
import datetime as dt
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from ckanext.nxopendata.core.redis import client as redis
from ckanext.nxopendata.core.sign_in import jobs, lockout, sessions

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PASSWORD = "correct-horse-7"
BASE = "http://test.ckan.net"


_made: dict[str, Any] = {}


@pytest.fixture
def app(with_plugins: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The site with sessions in Redis, made once: CKAN can make no other while its configuration holds a connection."""
    if "app" not in _made:
        monkeypatch.setitem(tk.config, "SESSION_TYPE", "redis")
        _made["app"] = helpers._get_test_app().app
        for name in [name for name in tk.config if name.startswith("SESSION_REDIS")]:
            del tk.config[name]
    return helpers.CKANTestApp(_made["app"])


@pytest.fixture(autouse=True)
def nobody_tried(with_plugins: None) -> Iterator[None]:
    """Nobody has tried passwords, neither before the test nor, for those that come later, after it."""
    _forget_attempts()
    yield
    _forget_attempts()


def _forget_attempts() -> None:
    for key in redis().scan_iter("nx:sign-in:*"):
        redis().delete(key)


@pytest.fixture
def user(clean_db: None) -> dict[str, Any]:
    return factories.User(name="editor", password=PASSWORD, email="editor@example.org")


@pytest.fixture
def visitor(app: Any) -> Callable[[], Any]:
    """Make a browser that has no cookie yet."""
    return app.test_client


def log_in(browser: Any, login: str = "editor", password: str = PASSWORD, **more: Any) -> Any:
    return browser.post(
        "/user/login", data={"login": login, "password": password}, base_url=BASE, follow_redirects=False, **more
    )


def is_signed_in(browser: Any) -> bool:
    return browser.get("/user/edit", base_url=BASE, follow_redirects=False).status_code == 200


def cookie(browser: Any) -> str:
    return browser.get_cookie("ckan", domain="test.ckan.net").value


def key_of(name: str) -> str:
    """The secret of the last link to a new password that was sent to an account."""
    user = model.User.get(name)
    assert user
    return user.reset_key


def with_cookie(visitor: Callable[[], Any], value: str) -> Any:
    browser = visitor()
    browser.set_cookie("ckan", value, domain="test.ckan.net")
    return browser


class TestSessions:
    def test_a_copied_cookie_is_worth_nothing_after_signing_out(self, visitor: Any, user: dict[str, Any]) -> None:
        browser = visitor()
        log_in(browser)
        copied = cookie(browser)
        assert is_signed_in(with_cookie(visitor, copied))
        browser.post("/user/_logout", base_url=BASE)
        assert not is_signed_in(with_cookie(visitor, copied))
        assert not is_signed_in(browser)

    def test_no_other_site_signs_somebody_out(self, visitor: Any, user: dict[str, Any]) -> None:
        browser = visitor()
        log_in(browser)
        browser.get("/user/_logout", base_url=BASE, headers={"Sec-Fetch-Site": "cross-site"})
        assert is_signed_in(browser)
        browser.get("/user/_logout", base_url=BASE, headers={"Sec-Fetch-Site": "same-origin"})
        assert not is_signed_in(browser)

    def test_signing_in_gives_a_new_id(self, visitor: Any, user: dict[str, Any]) -> None:
        browser = visitor()
        browser.get("/user/login", base_url=BASE)
        planted = cookie(browser)
        log_in(browser)
        assert cookie(browser) != planted
        assert not is_signed_in(with_cookie(visitor, planted))

    def test_a_new_password_ends_every_session(self, visitor: Any, user: dict[str, Any]) -> None:
        browser = visitor()
        log_in(browser)
        assert is_signed_in(browser)
        changed: Any = model.User.get("editor")
        changed.password = "another-horse-8"
        model.repo.commit_and_remove()
        assert not is_signed_in(browser)

    @pytest.mark.parametrize(
        ("key", "option", "value", "seconds"),
        [(sessions.USED, "idle_minutes", 30, 30 * 60), (sessions.BEGUN, "longest_hours", 9, 9 * 3600)],
    )
    def test_it_ends_by_itself(
        self,
        visitor: Any,
        user: dict[str, Any],
        key: str,
        option: str,
        value: int,
        seconds: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(tk.config, f"ckanext.nxopendata.sign_in.{option}", value)
        browser = visitor()
        log_in(browser)
        for age, signed_in in ((seconds - 60, True), (seconds + 5, False)):
            with browser.session_transaction(base_url=BASE) as session:
                session[key] = time.time() - age
            assert is_signed_in(browser) == signed_in

    def test_a_remember_me_cookie_signs_nobody_in(self, visitor: Any, user: dict[str, Any]) -> None:
        browser = visitor()
        browser.post(
            "/user/login", data={"login": "editor", "password": PASSWORD, "remember": "63072000000"}, base_url=BASE
        )
        browser.delete_cookie("ckan", domain="test.ckan.net")
        assert not is_signed_in(browser)

    def test_the_cookie_is_for_the_site_alone(
        self, app: Any, visitor: Any, user: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(tk.config, "ckan.site_url", "https://test.ckan.net")
        monkeypatch.setitem(app.flask_app.config, "SESSION_COOKIE_SECURE", True)
        answer = log_in(visitor())
        (line,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("ckan=")]
        assert {"HttpOnly", "Secure", "SameSite=Lax"} <= set(line.split("; "))
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"

    @pytest.mark.parametrize("address", ["/", "/dataset/", "/organization/", "/statistics", "/help", "/about"])
    def test_who_only_reads_gets_no_cookie_and_leaves_nothing_in_redis(self, visitor: Any, address: str) -> None:
        before = set(redis().scan_iter("session:*"))
        for _ in range(2):
            answer = visitor().get(address, base_url=BASE)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
        assert set(redis().scan_iter("session:*")) == before


class TestAskingForANewPassword:
    @pytest.fixture(autouse=True)
    def nothing_waits(self, clean_db: None) -> None:
        for key in redis().scan_iter("nx:limit:*"):
            redis().delete(key)
        tk.get_action("job_clear")({"ignore_auth": True}, {})

    def ask(self, visitor: Any, name: str, address: str = "192.0.2.1") -> Any:
        return visitor().post(
            "/user/reset",
            data={"user": name},
            base_url=BASE,
            environ_overrides={"REMOTE_ADDR": address},
            follow_redirects=False,
        )

    def test_the_answer_does_not_tell_who_has_an_account(self, visitor: Any, user: dict[str, Any]) -> None:
        known, unknown = (self.ask(visitor, name) for name in ("editor@example.org", "nobody@example.org"))
        assert known.status_code == unknown.status_code == 302
        assert known.location == unknown.location
        waiting = tk.get_action("job_list")({"ignore_auth": True}, {})
        assert [job["title"] for job in waiting] == ["nx: reset letter"] * 2

    def test_the_letter_goes_to_the_account_three_times_an_hour(
        self, app: Any, user: dict[str, Any], mail_server: Any
    ) -> None:
        for name in ("editor", "EDITOR@example.org", "editor@example.org", "editor", "edito_@example.org", "nobody"):
            jobs.send_reset_links(name)
        letters = mail_server.get_smtp_messages()
        assert [letter[2] for letter in letters] == [["editor@example.org"]] * 3
        assert "/user/reset/" in base64.b64decode(letters[0][3].split("\n\n")[1]).decode()

    def test_a_link_works_once_for_a_day_and_tells_of_nobody(
        self, visitor: Any, user: dict[str, Any], mail_server: Any
    ) -> None:
        def follow(name: str, key: str) -> Any:
            return visitor().get(f"/user/reset/{name}?key={key}", base_url=BASE)

        jobs.send_reset_links("editor")
        key, texts = key_of("editor"), set()
        for name, wrong in (("editor", "x"), ("nobody", "x"), ("editor", ""), ("nobody", key)):
            answer = follow(name, wrong)
            texts.add((answer.status_code, answer.get_data(as_text=True).count("链接")))
        assert len(texts) == 1
        assert follow("editor", key).status_code == 200
        for name in redis().scan_iter("nx:reset-link:*"):
            assert 0 < redis().ttl(name) <= 24 * 3600
            redis().delete(name)
        assert follow("editor", key).status_code == 403
        passwords = {"password1": "Xin-mima-2026", "password2": "Xin-mima-2026"}
        jobs.send_reset_links("editor")
        key = key_of("editor")
        for status in (302, 403):
            answer = visitor().post(
                f"/user/reset/editor?key={key}", data=passwords, base_url=BASE, follow_redirects=False
            )
            assert answer.status_code == status

    def test_an_invitation_ends_after_some_days_and_is_asked_for_anew(
        self, app: Any, visitor: Any, mail_server: Any
    ) -> None:
        def follow(name: str, method: str = "GET") -> int:
            passwords = {"password1": "Xin-mima-2026", "password2": "Xin-mima-2026"} if method == "POST" else {}
            address = f"/user/reset/{name}?key={key_of(name)}"
            options = {"base_url": BASE, "follow_redirects": False}
            return visitor().open(address, method=method, data=passwords, **options).status_code

        group = factories.Organization()["id"]
        with app.flask_app.test_request_context("/"):
            invited = helpers.call_action("user_invite", email="new@example.org", group_id=group, role="editor")["name"]
        assert follow(invited) == 200
        account = model.User.get(invited)
        account.created -= dt.timedelta(days=7)
        model.Session.commit()
        assert (follow(invited), follow(invited, "POST")) == (403, 403)
        assert model.User.get(invited).is_pending()
        jobs.send_reset_links("new@example.org")
        assert (follow(invited), follow(invited, "POST"), follow(invited)) == (200, 302, 403)
        assert model.User.get(invited).is_active

    def test_one_network_asks_ten_times_an_hour(self, visitor: Any) -> None:
        answers = [self.ask(visitor, f"name-{number}") for number in range(11)]
        assert [answer.status_code for answer in answers] == [302] * 10 + [429]
        assert answers[0].headers["RateLimit"].startswith('"password reset";r=9;t=')
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert self.ask(visitor, "name", "192.0.2.2").status_code == 302


class TestTryingPasswords:
    def test_after_five_failures_even_the_right_one_has_to_wait(self, visitor: Any, user: dict[str, Any]) -> None:
        for _ in range(lockout.FREE["account"] + 1):
            assert "Retry-After" not in log_in(visitor(), password="wrong").headers
        answer = log_in(visitor())
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= lockout.FIRST_DELAY
        assert "登录失败的次数太多" in answer.get_data(as_text=True)

    def test_the_delay_doubles_to_a_limit(self, app: Any, user: dict[str, Any]) -> None:
        delays = []
        for number in range(lockout.FREE["account"] + 9):
            assert isinstance(lockout.begin("editor", f"192.0.2.{number}"), lockout.Attempt)
            delays += [redis().ttl(key) for key in redis().scan_iter("nx:sign-in:*:account:*:lock")]
            for key in redis().scan_iter("nx:sign-in:*:lock"):
                redis().delete(key)
        assert delays[:3] == pytest.approx([15, 30, 60], abs=1)
        assert delays[-1] == pytest.approx(lockout.LONGEST_DELAY, abs=1)

    def test_of_attempts_that_come_at_once_one_goes_on(self, app: Any, user: dict[str, Any]) -> None:
        for _ in range(lockout.FREE["account"]):
            lockout.begin("editor", "192.0.2.1")
        at_once = [lockout.begin(login, "192.0.2.1") for login in ("editor", "editor@example.org", "editor")]
        assert [isinstance(one, lockout.Attempt) for one in at_once] == [True, False, False]

    def test_one_network_that_tries_many_names_has_to_wait(self, app: Any) -> None:
        for number in range(lockout.FREE["network"] + 1):
            assert isinstance(lockout.begin(f"name-{number}", "192.0.2.1"), lockout.Attempt)
        assert isinstance(lockout.begin("other", "192.0.2.1"), int)
        assert isinstance(lockout.begin("other", "192.0.2.2"), lockout.Attempt)

    def test_signing_in_forgets_the_failures(self, visitor: Any, user: dict[str, Any]) -> None:
        for _ in range(2):
            for _ in range(lockout.FREE["account"] - 1):
                log_in(visitor(), password="wrong")
            assert log_in(visitor()).status_code == 302

    @pytest.mark.parametrize(
        ("login", "password"), [("editor", "x" * 100_000), ("x" * 100_000, "x"), ("", ""), ("%", "%")]
    )
    def test_whatever_is_sent_is_answered(self, visitor: Any, user: dict[str, Any], login: str, password: str) -> None:
        answer = log_in(visitor(), login, password)
        assert answer.status_code == 200
        assert "nx-notice-danger" in answer.get_data(as_text=True)

    def test_known_and_unknown_names_are_answered_alike(self, visitor: Any, user: dict[str, Any]) -> None:
        def fail(login: str) -> tuple[float, str]:
            browser = visitor()
            began = time.process_time()
            answer = log_in(browser, login, "wrong")
            text = re.sub(r'value="[\w.-]{60,}"', "token", answer.get_data(as_text=True))
            return time.process_time() - began, text

        fail("editor")  # what the first page of a process loads
        fail("nobody")
        for key in redis().scan_iter("nx:sign-in:*"):
            redis().delete(key)
        known, unknown = ([fail(name) for _ in range(4)] for name in ("editor", "nobody"))
        assert known[0][1] == unknown[0][1]
        assert min(known)[0] == pytest.approx(min(unknown)[0], rel=0.4)
