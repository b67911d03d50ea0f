"""What counts as use, and what never does."""

from typing import Any

import pytest

from ckanext.nxopendata.portal.usage import classify

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0"}


def use_of(endpoint: str, values: dict[str, str] | None = None, **changes: Any) -> classify.Use | None:
    request = {"method": "GET", "status": 200, "values": values or {}, "query": {}, "headers": BROWSER}
    return classify.classify_request(endpoint=endpoint, **(request | changes))


def test_pages_files_calls_and_bulk_files_count() -> None:
    assert use_of("dataset.read", {"id": "renkou"}) == classify.Use("view", "renkou")
    assert use_of("dataset_resource.download", {"id": "renkou"}, status=302) == classify.Use("download", "renkou")
    assert use_of("api.action", {"logic_function": "package_search"}) == classify.Use("api", "package_search")
    assert use_of("nx_portal.bulk", {"kind": "csv"}) == classify.Use("bulk", "csv")
    assert use_of("home.index") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "HEAD"},
        {"status": 304},
        {"status": 404},
        {"headers": {"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}},
        {"headers": BROWSER | {"Sec-Purpose": "prefetch"}},
        {"headers": BROWSER | {"Range": "bytes=1000-"}},
    ],
)
def test_what_nobody_read_does_not_count(changes: dict[str, Any]) -> None:
    assert use_of("resource.download", {"id": "renkou"}, **changes) is None


def test_a_page_that_asks_its_own_api_is_no_call() -> None:
    values = {"logic_function": "nx_search_suggest"}
    assert use_of("api.action", values, headers=BROWSER | {"Sec-Fetch-Site": "same-origin"}) is None


@pytest.mark.parametrize(
    "query", ["", "*", "640102199001010011", "13900001234", "a@b.cn", "nx_theme:18", "很" * 21, "http://x"]
)
def test_words_that_tell_of_persons_are_never_kept(query: str) -> None:
    assert use_of("dataset.search", query={"q": query}) is None


def test_words_are_counted_once_a_search_and_in_one_form() -> None:
    assert use_of("dataset.search", query={"q": " ５Ａ  景区"}) == classify.Use("search", "5a 景区")
    assert use_of("dataset.search", query={"q": "景区", "page": "2"}) is None


@pytest.mark.parametrize("text", ["a\0b", "a\tb", "a\x1bb", "a\x9fb", "a\ud800b", "a\nb", "", "很" * 201])
def test_what_no_line_of_text_holds_is_not_countable(text: str) -> None:
    assert not any(classify.Use(kind, text).is_countable for kind in classify.KINDS)


def test_a_name_of_any_dataset_is_countable() -> None:
    assert classify.Use("view", "n" * 100).is_countable
    assert not classify.Use("visit", "n").is_countable
