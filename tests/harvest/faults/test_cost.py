"""What broken and hostile documents cost: it grows with their size, not with its square."""

from __future__ import annotations

import json
import multiprocessing

import pytest

from ckanext.nxopendata.harvest.fetching import lenient_json
from ckanext.nxopendata.harvest.formats import salvage, workbook
from ckanext.nxopendata.harvest.formats.rdf import contexts, mending
from ckanext.nxopendata.harvest.mapping import dates, files, shapes
from ckanext.nxopendata.harvest.mirror import error_answers

ARRAY = r'"dataset"\s*:'


def read(text):
    return list(salvage.json_pieces(text, ARRAY, lambda entry: "identifier" in entry))


def catalogue(number, title, cut=0):
    records = [
        f'{{"identifier": "https://dept.example/{n}", "title": "{title}", "distribution": [{{"title": "表"}}]}}'
        for n in range(number)
    ]
    text = '{"dataset": [' + ",\n".join(records) + "]}"
    return text[: len(text) - cut]


@pytest.fixture
def looked_at(monkeypatch):
    """Characters that were mended or decoded."""
    lengths = []
    mend, decode = lenient_json.mend, lenient_json.decode_json
    monkeypatch.setattr(lenient_json, "mend", lambda text: lengths.append(len(text)) or mend(text))
    monkeypatch.setattr(
        lenient_json, "decode_json", lambda text, place=0: lengths.append(len(text) - place) or decode(text, place)
    )
    return lengths


@pytest.mark.parametrize("cut", [0, 40])
@pytest.mark.parametrize("title", ["C:\\data 人口", "\\q", '人口", ', '人口"', '人口", "a": [1,]'])
def test_records_that_are_all_broken_cost_what_they_are_long(title, cut, looked_at):
    costs = []
    for number in (100, 400):
        looked_at.clear()
        read(catalogue(number, title, cut))
        costs.append(sum(looked_at))
    assert costs[1] < 6 * costs[0]
    assert costs[1] < 60 * len(catalogue(400, title))


@pytest.mark.parametrize(
    "repeated", ["]{a", ']{"a', ']{"a\\"', '"{', ']{"a":1,', '\\q"{', '[]x"dataset":', "}   ,", '{"a":"']
)
def test_what_looks_like_records_costs_what_it_is_long(repeated, looked_at):
    costs = []
    for length in (10_000, 40_000):
        looked_at.clear()
        read('{"dataset": [' + repeated * (length // len(repeated)))
        costs.append(sum(looked_at))
    assert costs[1] < 6 * costs[0] + 10_000


def test_neighbours_that_are_broken_are_mended_each_by_itself():
    text = catalogue(300, "C:\\data 人口", cut=40)
    values = [value for _, value, _ in read(text)]
    assert [value["title"] for value in values[:-1]] == ["C:\\data 人口"] * 299
    assert values[-1] is None


def test_a_record_that_can_be_mended_is_not_lost_behind_one_that_cannot():
    records = [
        '{"identifier": "1", "title": 表}',
        '{"identifier": "2", "title": "\\q"}',
        json.dumps({"identifier": "3"}),
    ]
    values = [value for _, value, _ in read('{"dataset": [' + ",".join(records) + "]}")]
    assert [value and value["identifier"] for value in values] == [None, "2", "3"]


def test_a_record_that_is_longer_than_the_first_look_is_mended_whole():
    title = "人口\\d" + "统计" * 5_000
    text = '{"dataset": [{"identifier": "1", "title": "' + title + '"}, {"identifier": "2", "title": 表}]}'
    assert [value and value["title"] for _, value, _ in read(text)] == [title, None]


def find_failure(text):
    return error_answers.find_error(text, whole=True)


LENGTH = 100_000
"""Characters; at this length a search that goes back and forth takes minutes."""

BLANKS = " " * LENGTH

SEARCHES = [
    (mending.has_open_iri, '"""\n' + '\\"""\n' * (LENGTH // 5)),
    (mending.has_open_iri, '\\"' * (LENGTH // 2)),
    (mending._expand_slashed, '"""\n' + '\\"""\n' * (LENGTH // 5)),
    (mending._expand_slashed, "\\'" * (LENGTH // 2)),
    (mending._expand_slashed, "%:" * (LENGTH // 2)),
    (mending._mend_xml, "<a:b" + BLANKS),
    (mending._mend_xml, "<a:b " + ' rdf:resource="' * (LENGTH // 15)),
    (contexts.linked_context, "<" * LENGTH),
    (contexts.linked_context, "<a>" * LENGTH),
    (files.find_emails, BLANKS),
    (files._NO_NAME.fullmatch, "@" * LENGTH + " a"),
    (files._known_format, "a" + BLANKS + "b"),
    (files._MEDIA_TYPE.search, "a" * LENGTH),
    (dates.split_period, "a" + BLANKS + "b"),
    (shapes._WKT.match, BLANKS),
    (shapes._BARE.fullmatch, "1" + BLANKS),
    (workbook.normalise_header, "(" * LENGTH),
    (workbook.normalise_header, "0" * LENGTH),
    (salvage._BETWEEN.search, "}" + BLANKS),
    (read, '{"dataset":' + BLANKS),
    (lenient_json.mend_json, '"' + '\\"' * LENGTH),
    (find_failure, "/*" + "*/f(" * (LENGTH // 2)),
]


@pytest.mark.parametrize("number", range(len(SEARCHES)))
def test_no_search_goes_back_and_forth_in_a_hostile_text(number):
    """In a process of its own, which ends long before half a minute or long after."""
    search, text = SEARCHES[number]
    process = multiprocessing.get_context("fork").Process(target=search, args=(text,))
    process.start()
    process.join(30)
    ended = process.exitcode
    process.kill()
    assert ended == 0


def test_texts_are_read_as_before():
    assert dates.split_period("2020年 至 2021年") == ("2020年", "2021年")
    assert dates.split_period("2020-01-01 - 2020-12-31") == ("2020-01-01", "2020-12-31")
    assert files._known_format("CSV 文件 格式") == "CSV"
    assert files.find_emails("张三 zhang (at) nx.example.cn") == ["zhang@nx.example.cn"]
    assert mending.has_open_iri('<a:b> <c:d> """x""y\\"""" ; <e:f\n')
    assert not mending.has_open_iri('<a:b> <c:d> """<e:f\n""" .')
    plain, told = mending._mend_xml('<dct:type a="b" rdf:resource="https://a.example/">文本</dct:type>')
    assert (plain, told) == ('<dct:type a="b" rdf:resource="https://a.example/"></dct:type>', ["dct:", "文本"])
