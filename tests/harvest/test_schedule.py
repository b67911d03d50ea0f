"""When a source is harvested, in words."""

import pytest
from croniter import croniter

from ckanext.nxopendata.harvest.sources import schedule


@pytest.fixture(autouse=True)
def untranslated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule.tk, "_", lambda text: text)


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("*/30 * * * *", "Every 30 minutes"),
        ("5 * * * *", "Every hour, at minute 5"),
        ("0 */6 * * *", "Every 6 hours, at minute 0"),
        ("5 3 * * *", "Every day at 3:05"),
        ("30 2 * * 1", "Every Monday at 2:30"),
        ("30 2 * * 7", "Every Sunday at 2:30"),
        ("30 2 15 * *", "On day 15 of every month at 2:30"),
        ("30 2 15 * 1", "30 2 15 * 1"),
        ("0 1,13 * * *", "0 1,13 * * *"),
    ],
)
def test_a_plain_cycle_is_said_in_words_and_any_other_as_it_is_written(cron: str, words: str) -> None:
    assert schedule.describe(cron) == words


def test_what_the_form_offers_is_well_formed_and_has_words() -> None:
    for cron in schedule.USUAL:
        assert croniter.is_valid(cron)
        assert schedule.describe(cron) != cron
