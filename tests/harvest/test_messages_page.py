"""The manual explains every message."""

from . import messages_page


def test_the_manual_has_every_message():
    written = messages_page.PAGE.read_text(encoding="utf-8")
    assert written == messages_page.page(), "run: python -m tests.harvest.messages_page"
