"""Searches larger than Solr can bear are refused on every way to it, and the largest that are allowed do it no harm."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

MANY = " OR ".join(f"w{number}" for number in range(1024))
LARGE_QUERIES = {
    "many words joined by OR": MANY,
    "many words": " ".join(f"w{number}" for number in range(41)),
    "a long text": "长" * 301,
    "nested brackets": "(" * 100 + "a" + ")" * 100,
    "many wildcards": " ".join(f"*{letter}*" for letter in "abcdefghi"),
    "many ranges": " OR ".join(f"text:[{letter} TO *]" for letter in "abcdefghi"),
    "many approximate words": " ".join(f"word{letter}~2" for letter in "abcdefghi"),
    "many regular expressions": " ".join(f"text:/{letter}.*/" for letter in "abcdefghi"),
    "a loose phrase": 'text:"' + " ".join(f"w{number}" for number in range(12)) + '"~5',
    "a loose phrase behind an escaped mark": '\\" "' + " ".join(f"w{number}" for number in range(12)) + '"~5',
    "a loose phrase with escaped marks": '"' + ' \\" '.join(f"w{number}" for number in range(12)) + '"~5',
    "a quotation of words with digits": '"' + " ".join(f"w{number}" for number in range(6)) + '"',
    "the same in full width": '"' + " ".join(f"ｗ{number}" for number in range(6)) + '"',
    "a quotation of words in parts": '"open.street.map.of.nx.gov.cn"',
    "many loose phrases": 'text:"a b"~2 text:"c d"~2 text:"e f"~2',
    "local parameters": "{!func}sleep(10000,1)",
}
LARGE_PARAMETERS: dict[str, dict[str, Any]] = {
    "a long filter": {"fq": "name:" + "a" * 100_000},
    "many values of a filter": {"fq": "name:(" + " OR ".join(f"w{number}" for number in range(1001)) + ")"},
    "many filters": {"fq_list": ["name:a"] * 51},
    "a filter list that is a text": {"fq_list": "name:a" * 100},
    "many ranges in a filter": {"fq": " ".join(f"text:[{number} TO *]" for number in range(31))},
    "loose phrases in a filter": {"fq": 'text:"' + " ".join(f"w{number}" for number in range(12)) + '"~5'},
    "a phrase of words with digits in a filter": {
        "fq": 'text:"' + " ".join(f"w{number}" for number in range(10)) + '"'
    },
    "phrases of words with digits in a filter": {
        "fq": "text:(" + " OR ".join(f'"w{number} w1"' for number in range(9)) + ")"
    },
    "phrases behind a regular expression": {
        "fq": 'text:/"/ text:"' + " ".join(f"w{number}" for number in range(10)) + '"'
    },
    "phrases behind a range": {"fq": 'name:[a" TO b] text:"' + " ".join(f"w{number}" for number in range(10)) + '"'},
    "phrases behind a comment": {"fq": '/* " */ text:"' + " ".join(f"w{number}" for number in range(10)) + '"'},
    "phrases between brackets in quotations": {
        "fq": 'text:"[" text:"' + " ".join(f"w{number}" for number in range(10)) + '" text:"]"'
    },
    "local parameters in a filter": {"fq": "{!func}sleep(10000,1)"},
    "many fields to count": {"facet.field": json.dumps([f"f{number}" for number in range(51)])},
    "all values of a field": {"facet.limit": -1},
    "a million values of a field": {"facet.limit": 1_000_000},
    "local parameters of a field to count": {"facet.field": json.dumps(["{!key=a}name"])},
    "an order by a function": {"sort": "sleep(10000,1) asc"},
    "a long order": {"sort": ", ".join(["name asc"] * 100)},
    "many fields to return": {"fl": [f"f{number}" for number in range(51)]},
    "a function to return": {"fl": ["a:sleep(10000,1)"]},
    "a function as weight": {"q": "a", "bf": "sleep(10000,1)"},
    "a long list of fields to search": {"q": "a", "qf": "title " * 200},
    "another parser": {"q": "a", "defType": "complexphrase"},
}
ADDRESSES = (
    "/dataset/",
    "/dataset.csv",
    "/dataset.json",
    "/dataset.atom",
    "/dataset.rss",
    "/feeds/custom.atom",
    "/organization/wlt",
)
LARGEST = (
    " OR ".join(f"w{number}" for number in range(40)),
    " ".join(f"w{number}" for number in range(40)),
    ("a1B2c3D4-" * 40)[:300],
    " OR ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyzabcdefghijkl")[:300],
    "宁夏旅游景区统计" * 37,
    " OR ".join(f"text:[{letter} TO *]" for letter in "abcdefgh"),
    " OR ".join(f"text:word{letter}~2" for letter in "abcdefgh"),
    " OR ".join(f"text:*{letter}*" for letter in "abcdefgh"),
    'text:"w1 w2 w3 w4"~5 text:"w1 w2"~5',
    '"w1 w2 w3 w4 w5"',
    " ".join(f'"w{number} words of w1"' for number in range(8)),
)
LARGEST_FILTERS = (
    "text:(" + " OR ".join(f"w{number}" for number in range(990)) + ")",
    "text:(" + " OR ".join(f'"w{number} w1"' for number in range(8)) + ")",
    'text:"' + "words " * 990 + '"',
    " ".join(f"text:[{letter} TO *]" for letter in "abcdefghijklmnopqrstuvwxyz"),
)
SECONDS = 20
"""For a query that Solr stops after five, asked twice."""
_made: list[bool] = []

pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture
def shelf(with_plugins: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """One department with one dataset, made once for this module."""
    if not _made:
        request.getfixturevalue("clean_db")
        request.getfixturevalue("clean_index")
        call = request.getfixturevalue("call")
        call("organization_create", name="wlt", title_translated={"zh": "自治区文化和旅游厅"})
        call(
            "package_create",
            name="scenic",
            title_translated={"zh": "宁夏5A级旅游景区名录"},
            owner_org="wlt",
            notes_translated={"zh": "说明。"},
        )
        _made.append(True)
    yield


@pytest.fixture
def ask(app: Any) -> Callable[..., Any]:
    """POST to an action of the API as somebody without a name."""
    return lambda action, **data: app.post(f"/en/api/3/action/{action}", json=data)


def assert_solr_answers(ask: Callable[..., Any]) -> None:
    assert ask("package_search", q="宁夏").json["result"]["count"] == 1


class TestTheApi:
    @pytest.mark.parametrize("action", ["package_search", "nx_search_find"])
    @pytest.mark.parametrize("shape", LARGE_QUERIES)
    def test_a_query_that_is_too_large_is_refused_with_its_name(
        self, ask: Callable[..., Any], action: str, shape: str
    ) -> None:
        answer = ask(action, q=LARGE_QUERIES[shape])
        assert answer.status_code == 409
        assert "“q”" in answer.json["error"]["q"][0]
        assert_solr_answers(ask)

    @pytest.mark.parametrize("shape", LARGE_PARAMETERS)
    def test_any_other_parameter_that_is_too_large_is_refused(self, ask: Callable[..., Any], shape: str) -> None:
        answer = ask("package_search", **LARGE_PARAMETERS[shape])
        assert answer.status_code == 409
        assert answer.json["error"]["__type"] == "Validation Error"
        assert_solr_answers(ask)

    def test_the_limit_is_said(self, ask: Callable[..., Any]) -> None:
        assert "300 characters" in ask("package_search", q="长" * 301).json["error"]["q"][0]
        assert "40 words" in ask("package_search", q="a " * 41).json["error"]["q"][0]

    def test_it_is_said_in_chinese(self, app: Any) -> None:
        answer = app.post("/api/3/action/package_search", json={"q": "长" * 301})
        assert answer.json["error"]["q"] == ["“q”超过 300 个字符，请少用一些词。"]

    def test_many_values_of_the_filters_of_a_result_list_are_refused(self, ask: Callable[..., Any]) -> None:
        answer = ask("nx_search_find", filters={"tags": [f"t{number}" for number in range(1001)]})
        assert answer.status_code == 409

    def test_a_search_for_files_is_refused_by_the_same_limits(self, ask: Callable[..., Any]) -> None:
        answer = ask("resource_search", query=[f"name:w{number}" for number in range(1024)])
        assert "“query”" in answer.json["error"]["query"][0]
        assert ask("resource_search", query="name:a").json["success"]

    def test_suggestions_take_the_beginning_of_what_was_typed(self, ask: Callable[..., Any]) -> None:
        assert ask("nx_search_suggest", q=MANY).json["success"]
        assert ask("nx_search_correct", q=MANY).json["success"]


class TestPages:
    @pytest.mark.parametrize("address", ADDRESSES)
    @pytest.mark.parametrize("shape", ["many words joined by OR", "local parameters", "a loose phrase"])
    def test_a_query_that_is_too_large_is_answered_with_400_and_the_reason(
        self, app: Any, address: str, shape: str
    ) -> None:
        page = app.get(f"/en{address}?{urlencode({'q': LARGE_QUERIES[shape]})}", status=400)
        assert "“q”" in page.body

    def test_the_catalogue_in_rdf_refuses_it_as_ckanext_dcat_refuses(self, app: Any) -> None:
        page = app.get(f"/en/catalog.ttl?{urlencode({'q': MANY})}", status=409)
        assert "“q”" in page.body


class TestWhatIsAllowed:
    @pytest.mark.parametrize("title", ["宁夏回族自治区文化和旅游厅" * 15, "Population of Ningxia by county, " * 6])
    def test_a_pasted_title_of_two_hundred_characters_is_searched(self, ask: Callable[..., Any], title: str) -> None:
        assert ask("package_search", q=title[:200]).json["success"]
        assert ask("nx_search_find", q=title[:200]).json["success"]

    @pytest.mark.parametrize(
        "q", ["*:*", "", "宁夏 OR 旅游", 'title:"旅游景区"', "(宁夏 OR 银川) AND 旅游", "旅游?", "2023/2024"]
    )
    def test_usual_queries_are_searched(self, ask: Callable[..., Any], q: str) -> None:
        assert ask("package_search", q=q).json["success"]

    def test_two_hundred_ids_are_a_filter(self, ask: Callable[..., Any]) -> None:
        ids = " OR ".join(f"1f0c7a4e-0000-4000-8000-{number:012}" for number in range(200))
        assert ask("package_search", fq=f"id:({ids})").json["success"]

    @pytest.mark.parametrize(
        "fq",
        [
            'capacity:"public" +dataset_type:dataset +metadata_modified:[2026-11-01T10:20:30.123456Z TO NOW-7DAYS]',
            'res_url:"https://www.example.gov.cn/a/b_1.csv"',
            'tags:("PM2.5" OR "SO2") +organization:("wlt") +nx_region:("640000")',
        ],
    )
    def test_usual_filters_are_searched(self, ask: Callable[..., Any], fq: str) -> None:
        assert ask("package_search", fq=fq).json["success"]

    @pytest.mark.parametrize("q", LARGEST)
    def test_the_largest_queries_end_within_seconds_and_leave_solr_alive(self, ask: Callable[..., Any], q: str) -> None:
        began = time.monotonic()
        for action in ("package_search", "nx_search_find"):
            assert ask(action, q=q).status_code in (200, 409)
        assert time.monotonic() - began < SECONDS
        assert_solr_answers(ask)

    @pytest.mark.parametrize("fq", LARGEST_FILTERS, ids=range(len(LARGEST_FILTERS)))
    def test_the_largest_filters_do_too(self, ask: Callable[..., Any], fq: str) -> None:
        began = time.monotonic()
        assert ask("package_search", fq=fq).status_code == 200
        assert time.monotonic() - began < SECONDS
        assert_solr_answers(ask)


class TestASearchThatWasStopped:
    @pytest.fixture(autouse=True)
    def _no_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from ckan.plugins import toolkit as tk

        monkeypatch.setitem(tk.config, "ckanext.nxopendata.search.time_allowed", 1)

    def slow(self) -> str:
        # New words each time: Solr keeps the answers of questions it had.
        letters = str.maketrans("0123456789", "ghijklmnop")
        return " OR ".join(uuid.uuid4().hex[:5].translate(letters) for _ in range(30)) + " OR 宁夏"

    @pytest.mark.parametrize("action", ["package_search", "nx_search_find"])
    def test_its_answer_says_that_it_is_incomplete(self, ask: Callable[..., Any], action: str) -> None:
        assert ask(action, q=self.slow()).json["result"]["partial"] is True

    @pytest.mark.parametrize("address", ["/dataset/", "/organization/wlt"])
    def test_its_page_says_that_it_is_incomplete(self, app: Any, address: str) -> None:
        page = app.get(f"/en{address}?{urlencode({'q': self.slow()})}")
        assert "what is shown is incomplete" in page.body

    @pytest.mark.parametrize("kind", ["csv", "json", "atom"])
    def test_no_file_is_made_of_it(self, app: Any, kind: str) -> None:
        app.get(f"/en/dataset.{kind}?{urlencode({'q': self.slow()})}", status=503)
