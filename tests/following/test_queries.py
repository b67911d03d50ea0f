"""A query string as a search for news."""

import datetime as dt

from ckanext.nxopendata.following import queries


def test_only_what_narrows_the_search_is_kept_and_in_one_order() -> None:
    query = "?sort=title&page=3&nx_region=640100&q=%20人口%20&nx_region=640100&fq=x&tags="
    assert queries.describe(queries.normalise(query)) == [("q", "人口"), ("nx_region", "640100")]
    assert queries.normalise(query) == queries.normalise("nx_region=640100&q=人口")
    assert queries.normalise("page=2") == ""


def test_values_cannot_leave_their_quotation_marks() -> None:
    since, until = dt.datetime.fromisoformat("2026-01-01"), dt.datetime.fromisoformat("2026-01-02")
    found = queries.search(queries.normalise('tags=a" OR private:"true'), since, until)
    assert 'tags:"a\\" OR private:\\"true"' in found["fq_list"]
    assert "metadata_modified:{2026-01-01T00:00:00Z TO 2026-01-02T00:00:00Z]" in found["fq_list"]
