"""Speed and memory of the safety check with all rules, beside seven plain regular expressions in the same run.

    var/venv/bin/python -m benchmarks.safety.speed text|table|workbook [MEGABYTES]

Computing time of one process, so that a busy machine changes it little; the load is printed beside it.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ckanext.nxopendata.safety.rules import loading
from ckanext.nxopendata.safety.walkers import engine

PLAIN = (
    r"[1-9]\d{16}[\dXx]",
    r"1[3-9]\d{9}",
    r"62\d{14,17}",
    r"[A-Za-z0-9._]+@[A-Za-z0-9.]+",
    r"[EGDSP]\d{8}",
    r"0\d{2,3}-\d{7,8}",
    r"[0-9A-HJ-NPQRTUWXY]{18}",
)
WORDS = "宁夏回族自治区人民政府办公厅关于进一步加强公共数据资源开发利用工作的通知各市县区有关部门单位推动经济社会发展"


def make_lines(kind: str) -> Iterator[str]:
    """Yield lines of a text, or of a table."""
    chance = random.Random(1)  # noqa: S311  no secret
    phrases = ["".join(chance.choices(WORDS, k=chance.randint(8, 30))) for _ in range(3_000)]
    if kind != "text":
        yield "序号,统计时间,县区,指标名称,数值,单位,备注,资源代码\n"
    number = 0
    while True:
        number += 1
        phrase, other = chance.choice(phrases), chance.choice(phrases)
        if kind == "text":
            yield f"{phrase}，{other}，{chance.random() * 1e5:.2f}万元，同比增长{chance.random() * 20:.1f}%。\n"
        else:
            day = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
            yield f"{number},{day},兴庆区,{phrase},{chance.random() * 1e6:.2f},万元,{other},NX{number:010}\n"


def write_text(path: Path, kind: str, size: int) -> None:
    """Write lines until a file has a size."""
    with path.open("w", encoding="utf-8") as file:
        for line in make_lines(kind):
            file.write(line)
            if file.tell() > size:
                return


def write_workbook(path: Path, size: int) -> None:
    """Write a workbook of a size, packed."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml", f'<workbook {space}><sheets><sheet name="a" sheetId="1"/></sheets></workbook>'
        )
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f"<worksheet {space}><sheetData>".encode())
            for number, line in enumerate(make_lines("table"), 1):
                cells = "".join(
                    f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
                    if not cell[:1].isdecimal()
                    else f'<c r="{chr(65 + place)}{number}"><v>{cell}</v></c>'
                    for place, cell in enumerate(line.strip().split(","))
                )
                part.write(f'<row r="{number}">{cells}</row>'.encode())
                if number % 2_000 == 0 and archive.fp is not None and archive.fp.tell() > size:
                    break
            part.write(b"</sheetData></worksheet>")


def main(kind: str, megabytes: int) -> None:
    """Make one file, look at it, and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / {"text": "a.txt", "table": "a.csv", "workbook": "a.xlsx"}[kind]
        size = megabytes * 1_000_000
        if kind == "workbook":
            write_workbook(path, size)
        else:
            write_text(path, kind, size)
        loading.built_in()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        report = engine.examine(engine.Task(str(path), path.name, loading.read_own_files(), b"k", dt.date(2026, 11, 1)))
        seconds = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{kind} {path.stat().st_size / 1e6:.0f} MB: {report.status}, {seconds:.2f} s of computing", end="")
        print(f", {path.stat().st_size / 1e6 / seconds:.1f} MB/s, memory {memory // 1024} MB (before {before // 1024})")
        if kind != "workbook":
            text = path.read_text(encoding="utf-8")[: 10_000_000 // 2]
            began = time.process_time()
            for pattern in PLAIN:
                re.findall(pattern, text)
            plain = len(text.encode()) / 1e6 / (time.process_time() - began)
            ratio = path.stat().st_size / 1e6 / seconds / plain
            print(f"seven plain regular expressions: {plain:.1f} MB/s; ratio {ratio:.1f}")
        print(f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 50)
