"""Where things are: signing in leads to the workbench, whose numbers are those of the pages, and steps are near."""

from typing import Any
from urllib.parse import urldefrag, urlsplit

import lxml.html
import pytest
from ckan import model
from ckan.tests import factories

from ckanext.nxopendata.review.workflow.models import Case
from tests.review.people import People

pytestmark = pytest.mark.usefixtures("with_plugins", "office_publishes", "clean_db", "clean_index", "clean_queues")


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
