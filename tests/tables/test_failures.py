"""What becomes of a load that fails or is cut off: told once, with its reason; never pending for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs as queue
from ckan.tests import factories
from rq.timeouts import JobTimeoutException

from ckanext.nxopendata.core.notifications.models import Notice
from ckanext.nxopendata.core.notifications.topics import format_notice
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.tables import jobs, models
from ckanext.nxopendata.tables.loading import jobs as loading
from ckanext.nxopendata.tables.loading import scheduled_tasks
from ckanext.nxopendata.tables.reader import limited

from .conftest import CSV_TEXT, work

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]


def state_of(file: dict[str, Any]) -> models.State:
    model.Session.expire_all()
    state = models.get_state(file["id"])
    assert state
    return state


def is_queued(file: dict[str, Any]) -> bool:
    return [file["id"]] in [job.args for job in queue.get_queue().jobs]


def notices() -> list[Notice]:
    return list(model.Session.scalars(sa.select(Notice).where(Notice.topic == "table_failed")))


def test_who_edits_the_dataset_is_told_once_and_why(dataset: dict[str, Any], upload: Call, call: Call) -> None:
    editor = factories.User()
    call("organization_member_create", id=dataset["owner_org"], username=editor["name"], role="editor")
    file = upload(dataset, "坏.xlsx", b"PK\x03\x04 no workbook")
    told = notices()
    (notice,) = (one for one in told if one.user_id == editor["id"])
    assert "坏.xlsx" in (text := format_notice(notice.topic, notice.params)) and "damaged" in text
    call("nx_table_load", id=file["id"])
    work()
    assert len(notices()) == len(told)


@pytest.mark.parametrize(("error", "code"), [(JobTimeoutException, "time"), (MemoryError, "memory")])
def test_a_load_over_its_limits_is_not_called_damaged(
    dataset: dict[str, Any], upload: Call, monkeypatch: pytest.MonkeyPatch, error: type[Exception], code: str
) -> None:
    def read(*_: Any) -> None:
        raise error

    monkeypatch.setattr(limited, "read", read)
    assert state_of(upload(dataset, "大.csv", CSV_TEXT)).code == code


@pytest.mark.parametrize(
    ("limits", "code"),
    [(sandbox.Limits(wall_seconds=0.001), "time"), (sandbox.Limits(memory=1024**2), "memory")],
)
def test_a_text_is_read_in_a_process_with_limits(
    dataset: dict[str, Any], upload: Call, monkeypatch: pytest.MonkeyPatch, limits: sandbox.Limits, code: str
) -> None:
    monkeypatch.setattr(limited, "LOADING", limits)
    monkeypatch.setattr(sandbox, "IDLE_SECONDS", 1)
    # Longer than what the process that forks may have left over: a short text is read without asking for memory.
    text = CSV_TEXT + CSV_TEXT.splitlines(keepends=True)[-1] * 100_000
    assert state_of(upload(dataset, "大.csv", text)).code == code


def test_a_load_that_was_cut_off_is_taken_up_again_and_at_last_told(dataset: dict[str, Any], upload: Call) -> None:
    file = upload(dataset, "一.csv", CSV_TEXT)

    def cut_off(attempts: int) -> None:
        models.write_state(file["id"], state=models.LOADING, params={"attempts": attempts})

    cut_off(1)
    with loading.hold(file["id"]):  # a worker is at it
        assert scheduled_tasks.resume() == {"resumed": 0, "given_up": 0}
    assert scheduled_tasks.resume() == {"resumed": 1, "given_up": 0}
    assert scheduled_tasks.resume() == {"resumed": 0, "given_up": 0}  # it is in the queue
    work()
    assert state_of(file).state == models.READY
    cut_off(scheduled_tasks.MOST_ATTEMPTS)
    assert scheduled_tasks.resume() == {"resumed": 0, "given_up": 1}
    assert (state_of(file).state, state_of(file).code) == (models.FAILED, "cut_off")


def test_a_file_whose_place_in_the_queue_was_lost_is_queued_again(dataset: dict[str, Any], upload: Call) -> None:
    file = upload(dataset, "一.csv", CSV_TEXT)
    models.write_state(file["id"], state=models.QUEUED)
    scheduled_tasks.resume()
    assert not is_queued(file)  # it may still come
    changed = now() - scheduled_tasks.PATIENCE - dt.timedelta(minutes=1)
    here = models.State.resource_id == file["id"]
    model.Session.execute(sa.update(models.State).where(here).values(changed=changed))
    model.Session.commit()
    scheduled_tasks.resume()
    assert is_queued(file)
    work()
    assert state_of(file).state == models.READY


def test_a_large_file_waits_in_a_queue_of_its_own(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ckan_config, "ckanext.nxopendata.tables.large_queue", "nx_large")
    for name in ("default", "nx_large"):
        queue.get_queue(name).empty()
    jobs.enqueue_load("small", jobs.LARGE - 1)
    jobs.enqueue_load("large", jobs.LARGE)
    assert [[job.args for job in queue.get_queue(name).jobs] for name in ("default", "nx_large")] == [
        [["small"]],
        [["large"]],
    ]
    queue.get_queue("nx_large").empty()


def test_words_of_a_large_table_are_found_once_they_are_indexed(
    dataset: dict[str, Any], upload: Call, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "WORDS_AT_ONCE", 2)
    file = upload(dataset, "一.csv", CSV_TEXT)
    assert not state_of(file).around.get("words_later")
    assert call("datastore_search", resource_id=file["id"], q="旅游区")["total"] == 2
