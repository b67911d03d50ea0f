"""What hides in files of every kind is found; what cannot be read is never clean; nothing of a person is kept."""

import datetime as dt
import json
import tracemalloc
from pathlib import Path

import pytest

from ckanext.nxopendata.safety.rules import loading
from ckanext.nxopendata.safety.walkers import engine
from ckanext.nxopendata.safety.walkers.result import Report
from tests.safety import files


def examine(folder: Path, name: str, content: bytes, seconds: float = 60) -> Report:
    path = folder / "file"
    path.write_bytes(content)
    task = engine.Task(str(path), name, loading.read_own_files(), b"key", dt.date(2026, 11, 29), seconds)
    return engine.examine(task)


@pytest.mark.parametrize("name", files.HOLDING)
def test_a_number_is_found_wherever_it_stands_and_not_repeated(name: str, tmp_path: Path) -> None:
    report = examine(tmp_path, name, files.HOLDING[name])
    assert report.status == "findings", report
    assert "damaged" not in {part.reason for part in report.unread} or name == "ole.doc", report.unread
    text = json.dumps(report.to_dict(), ensure_ascii=False)
    assert files.ID not in text
    assert "张三" not in text


@pytest.mark.parametrize("name", files.UNREADABLE)
def test_what_cannot_be_read_is_not_clean(name: str, tmp_path: Path) -> None:
    content, reason = files.UNREADABLE[name]
    report = examine(tmp_path, name, content)
    assert report.status == "unreadable"
    assert reason in {part.reason for part in report.unread}


@pytest.mark.parametrize("name", files.CLEAN)
def test_a_harmless_file_is_clean(name: str, tmp_path: Path) -> None:
    report = examine(tmp_path, name, files.CLEAN[name])
    assert report.status == "clean", report


def test_a_finding_says_where(tmp_path: Path) -> None:
    report = examine(tmp_path, "a.zip", files.packed(**{"名单.xlsx": files.workbook(files._sheet("veryHidden"))}))
    places = {(finding.rule, finding.place, finding.first) for finding in report.findings}
    assert (101, "名单.xlsx › 底稿 (veryHidden) › 身份证号", "B2") in places
    report = examine(tmp_path, "a.csv", f"姓名,备注\n张三,无\n李四,{files.TEXT}\n".encode())
    assert [(finding.place, finding.first) for finding in report.findings if finding.rule == 101] == [("备注", "3")]


def test_a_table_of_persons_is_told_by_what_stands_together(tmp_path: Path) -> None:
    table = "姓名,民族,宗教信仰,手机号,家庭住址\n" + "".join(
        f"{name},回族,伊斯兰教,1389500{n:04},兴庆区解放西街{n}号3栋402室\n"
        for n, name in enumerate(("张三", "马晓红", "欧阳明月", "哈金花"))
    )
    report = examine(tmp_path, "a.csv", table.encode())
    assert {501, 602, 604, 504, 201, 502} <= {finding.rule for finding in report.findings}
    masked = "姓名,身份证号\n张*,640104********0014\n李*,640104********0029\n"
    assert examine(tmp_path, "a.csv", masked.encode()).status == "clean"


def test_a_wide_row_and_a_long_line_end_within_the_budget(tmp_path: Path) -> None:
    wide = ",".join(map(str, range(300_000))) + "\n"
    report = examine(tmp_path, "a.csv", (wide + wide).encode(), seconds=60)
    assert report.seconds < 60
    assert report.status != "clean"


def test_memory_does_not_grow_with_the_text(tmp_path: Path) -> None:
    line = "1,宁夏回族自治区银川市某公司,2024-05-01,1700000000000\n"
    peaks = []
    for lines in (60_000, 240_000):
        content = (line * lines).encode()
        tracemalloc.start()
        examine(tmp_path, "a.csv", content)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3
