"""How often people press something until sixty datasets of a workbook are public: forms and links alone, no scripts."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pytest
from ckan.tests import factories

from ckanext.nxopendata.exchange import forms
from ckanext.nxopendata.exchange.workbook import writer
from tests.exchange.samples import DATASET
from tests.review.people import People
from tests.worker import work

pytestmark = pytest.mark.usefixtures("with_plugins", "office_publishes", "clean_db", "clean_index", "clean_queues")

NUMBER = 60
MOST_CLICKS = 12
"""Of the editor, the head and the office together."""


class Person:
    """Somebody at the screen, who only presses what the page before them has; each press is counted."""

    clicks = 0

    def __init__(self, app: Any, who: str) -> None:
        self.app = app
        self.headers = {"Authorization": factories.APIToken(user=who)["token"]}
        self.open("/workbench")  # where signing in leads

    def open(self, url: str) -> None:
        self._show(self.app.get(url, headers=self.headers))

    def follow(self, xpath: str) -> None:
        """Press a link."""
        Person.clicks += 1
        self.open(self.page.xpath(xpath)[0].get("href"))

    def press(self, xpath: str, **typed: Any) -> None:
        """Press a button, after the fields of its form were filled in."""
        Person.clicks += 1
        button = self.page.xpath(xpath)[0]
        form = next(button.iterancestors("form"))
        data: dict[str, Any] = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)
        data |= {button.get("name"): button.get("value")} if button.get("name") else {}
        self._show(self.app.post(form.get("action") or self.url, data=data | typed, headers=self.headers))

    def _show(self, answer: Any) -> None:
        assert answer.status_code == 200, answer.body
        path = urlsplit(answer.request.url)
        self.url = f"{path.path}?{path.query}" if path.query else path.path
        self.page = lxml.html.fromstring(answer.body)


def workbook(people: People) -> bytes:
    """The department's workbook; it has no column for the licence."""
    apart = {"nx_resource_code": "", "nx_related_codes": [], "resources": [], "url": ""}
    titles = [f"{chr(0x4E00 + number)}类旅游资源名录" for number in range(NUMBER)]
    datasets = [DATASET | apart | {"title_translated": {"zh": title}} for title in titles]
    about = {DATASET["owner_org"]: {"title": "文旅厅", "nx_uscc": ""}}
    return writer.catalogue(forms.load("catalogue"), datasets, about, people.department["title"])


def test_sixty_datasets_of_a_workbook_are_public_after_twelve_clicks_of_three_people(app: Any, people: People) -> None:
    Person.clicks = 0
    editor = Person(app, "editor")
    editor.follow("//a[contains(@href, '/organization/wlt/catalogue')]")
    editor.press("//form[@enctype]//button", upload=(io.BytesIO(workbook(people)), "目录.xlsx"))
    work()
    editor.open(editor.url)  # the page does that by itself while it waits
    editor.press("//form[.//select[@name='license_id']]//button", license_id="nx-open-1.0")
    work()
    editor.open(editor.url)
    editor.follow("//a[contains(@href, 'select=all')]")
    editor.press("//button[@value='submit']")
    editor.press("//button[@value='submit']")
    for who, step in (("head", "forward"), ("officer", "publish")):
        person = Person(app, who)
        person.follow("//a[contains(@href, 'select=all')]")
        person.press(f"//button[@value='{step}']")
        person.press(f"//button[@value='{step}']")
    assert len(people.act("", "package_search", rows=100)["results"]) == NUMBER
    assert Person.clicks <= MOST_CLICKS, Person.clicks
