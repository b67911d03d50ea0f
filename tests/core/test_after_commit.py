"""What waits for the transaction is done after a commit, and only then."""

import pytest
from ckan import model

from ckanext.nxopendata.core.after_commit import call_after_commit

pytestmark = pytest.mark.usefixtures("clean_db")


@pytest.fixture
def done() -> list[str]:
    return []


def test_it_is_done_once_after_the_commit(done: list[str]) -> None:
    call_after_commit(done.append, "told")
    assert done == []
    model.Session.commit()
    model.Session.commit()
    assert done == ["told"]


def test_a_rollback_drops_it(done: list[str]) -> None:
    call_after_commit(done.append, "told")
    model.Session.execute(model.Session.query(model.User).statement)
    model.Session.rollback()
    model.Session.commit()
    assert done == []


def test_a_savepoint_is_no_commit(done: list[str]) -> None:
    call_after_commit(done.append, "told")
    with model.Session.begin_nested():
        pass
    assert done == []
    model.Session.commit()
    assert done == ["told"]


def test_what_fails_keeps_nothing_else_from_being_done(done: list[str], caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("the queue is down")

    call_after_commit(fail)
    call_after_commit(done.append, "told")
    model.Session.commit()
    assert done == ["told"]
    assert "the queue is down" in caplog.text
