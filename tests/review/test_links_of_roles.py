"""Nothing is offered that would be refused: every link of the pages that each role works on is followed."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import lxml.html
import pytest
from babel.messages.pofile import read_po
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.exceptions import HTTPException

from ckanext.nxopendata import i18n
from ckanext.nxopendata.review.workflow.models import Case
from tests.review.people import People

pytestmark = [
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_queues"),
    pytest.mark.ckan_config("ckanext.nxopendata.catalogue.review", "office"),
    pytest.mark.ckan_config("ckanext.nxopendata.catalogue.supervising_organization", "xinjianban"),
]

POT = Path(i18n.__file__).with_name("ckanext-nxopendata.pot")

OF_EACH_PAGE = 2
"""How many addresses of one view are followed for each role."""

ELSEWHERE = re.compile(
    r"^/(api|webassets|base|nx/|user/logout)|/(sitemap|opensearch)|\.(xlsx|csv|pdf|docx|xml|zip|jsonld|ttl|rdf)$"
)
"""Files, and what is no page of the staff."""


FOR_PROGRAMMERS = ("/developers",)
"""Pages that name actions and fields, because that is what they are about."""

RAW = re.compile(
    r"\b(?:nx_\w+|__\w+|notspecified|title_translated|notes_translated|owner_org|license_id|\w+_unknown|not_valid)\b"
)
"""Names of fields, keys of CKAN's errors, codes: nothing for a reader."""


@cache
def msgids() -> frozenset[str]:
    """Our texts of several words as the code says them; a page in Chinese shows none of them."""
    with POT.open("rb") as file:
        ids = [message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file) if message.id]
    return frozenset(text for text in ids if text.count(" ") >= 2 and "{" not in text and "%" not in text)


def find_raw_words(body: str) -> set[str]:
    """Return what of a page in Chinese is no word for its reader: names of fields, codes, English texts of ours."""
    page = lxml.html.fromstring(body)
    for element in page.xpath("//script | //style | //code | //pre | //*[@lang and not(starts-with(@lang, 'zh'))]"):
        if element.tag != "html":
            element.drop_tree()
    lines = {" ".join(text.split()) for text in page.itertext() if isinstance(text, str)}
    return {line for line in lines if line in msgids()} | {found for line in lines for found in RAW.findall(line)}


class Walk:
    """Follows the links of a role's pages, a few of each view, and reads what they say."""

    def __init__(self, app: Any, who: str) -> None:
        self.app = app
        self.headers = {"Authorization": factories.APIToken(user=who)["token"]}
        self.map = app.flask_app.url_map.bind("localhost")
        self.followed: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.refused: list[str] = []
        self.raw: list[str] = []

    def follow(self, url: str, source: str, depth: int) -> None:
        path = urlsplit(url).path
        if url in self.seen or ELSEWHERE.search(path):
            return
        self.seen.add(url)
        try:
            endpoint = self.map.match(path, method="GET")[0]
        except HTTPException:
            endpoint = path
        self.followed[endpoint] += 1
        if self.followed[endpoint] > OF_EACH_PAGE:
            return
        answer = self.app.get(url, headers=self.headers, follow_redirects=False)
        if answer.status_code >= 400:
            self.refused.append(f"{answer.status_code} {url} from {source}")
        elif "text/html" in answer.headers.get("Content-Type", "") and answer.status_code == 200:
            words = find_raw_words(answer.body) if path not in FOR_PROGRAMMERS else set[str]()
            self.raw += [f"{word} on {url}" for word in sorted(words)]
            for link in self.links(answer.body) if depth else ():
                self.follow(link, url, depth - 1)

    def links(self, body: str) -> list[str]:
        page = lxml.html.fromstring(body)
        found = [element.get("href") for element in page.iter("a")]
        found += [form.get("action") for form in page.iter("form") if (form.get("method") or "get").lower() == "get"]
        local = (urldefrag(url)[0].removeprefix(tk.config["ckan.site_url"]) for url in found if url)
        return [url for url in dict.fromkeys(local) if url.startswith("/") and not url.startswith("/en/")]


@pytest.fixture
def datasets(people: People) -> list[dict]:
    """A dataset in each state of the review that somebody meets on the workbench."""
    draft = people.create(title_translated={"zh": "甲草稿"}, license_id="")
    published = people.published(title_translated={"zh": "乙已发布"})
    withdrawn = people.published(title_translated={"zh": "丙已撤下"})
    people.decide("head", withdrawn, "withdraw", opinion="内容有误")
    waiting = people.create(title_translated={"zh": "丁待发布"})
    people.decide("editor", waiting, "submit")
    people.decide("head", waiting, "forward")
    return [draft, published, withdrawn, waiting]


@pytest.mark.parametrize("who", ["editor", "head", "officer", "stranger"])
def test_every_link_opens_and_says_words(app: Any, people: People, datasets: list[dict], who: str) -> None:
    walk = Walk(app, who)
    for start in ("/workbench", "/review?scope=every", "/workbench/datasets"):
        walk.follow(start, "the menu", 2)
    if who != "stranger":
        for dataset in datasets[1:]:
            case = people.act(who, "nx_review_show", id=dataset["id"])
            walk.follow(f"/review/{case['id']}", "the queue", 1)
    assert len(walk.seen) > 20
    assert not walk.refused, "\n".join(walk.refused)
    assert not walk.raw, "\n".join(walk.raw)


def test_signing_in_leads_to_the_workbench_whose_numbers_are_those_of_the_pages(
    app: Any, people: People, datasets: list[dict]
) -> None:
    headers = {"Authorization": factories.APIToken(user="officer")["token"]}
    for dashboard in ("/dashboard/datasets", "/dashboard/organizations"):
        answer = app.get(dashboard, headers=headers, follow_redirects=False)
        assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (302, "/workbench")
    page = lxml.html.fromstring(app.get("/workbench", headers=headers).body)
    counted = {
        link.get("href"): int(link.xpath("string(following-sibling::span)"))
        for link in page.xpath("//nav[@class='nx-tasks']//a[following-sibling::span]")
        if "/review" in link.get("href")
    }
    assert sorted(counted.values()) == [1, 1]
    for url, number in counted.items():
        shown = lxml.html.fromstring(app.get(url, headers=headers).body)
        assert int(shown.xpath("string(//h1/span)")) == number, url


def test_a_dataset_is_withdrawn_and_restored_from_its_page(app: Any, people: People, datasets: list[dict]) -> None:
    _draft, published, withdrawn, _waiting = datasets
    headers = {"Authorization": factories.APIToken(user="officer")["token"]}
    page = lxml.html.fromstring(app.get(f"/dataset/{published['name']}", headers=headers).body)
    (link,) = page.xpath("//a[contains(@href, '#decision')]/@href")
    assert app.get(urldefrag(link)[0], headers=headers).body.count('value="withdraw"') == 1
    page = lxml.html.fromstring(app.get(f"/dataset/{withdrawn['name']}", headers=headers).body)
    (link,) = page.xpath("//a[contains(@href, '#decision')]/@href")
    app.post(urldefrag(link)[0], data={"action": "restore"}, headers=headers)
    assert sorted(people.public()) == ["丙已撤下", "乙已发布"]
    case = model.Session.query(Case).filter_by(dataset_id=withdrawn["id"]).one()
    assert case.state == "published"


def test_work_for_many_of_a_department_leads_to_the_review(app: Any, people: People) -> None:
    headers = {"Authorization": factories.APIToken(user="head")["token"]}
    answer = app.get("/organization/bulk_process/wlt", headers=headers, follow_redirects=False)
    assert answer.status_code == 302
    assert "organization=wlt" in answer.headers["Location"]
