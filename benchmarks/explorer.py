"""How fast a table of a million rows is explored: pages of a running site, without its page cache.

    python benchmarks/explorer.py --make million.csv --rows 1000000
    python benchmarks/explorer.py --site http://localhost:5000 --page /dataset/…/resource/…

The first writes the table (a directory, seeded), which is then uploaded to a dataset of the site. Each address is asked
``--rounds`` times with a parameter that nobody used before, so that no kept page is measured; the median and the
slowest are printed in milliseconds, of the whole request.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import time
from pathlib import Path
from urllib.parse import urlencode

import requests

PLACES = ("银川市", "石嘴山市", "吴忠市", "固原市", "中卫市")
KINDS = ("旅游景区", "农业合作社", "加油站", "幼儿园", "社区卫生服务站", "图书馆", "文物保护单位", "公交站点")


def make(path: Path, rows: int) -> None:
    """Write a directory: number, name, place, kind, area, amount, day."""
    made = random.Random(20261129)  # noqa: S311  the same file every time
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "名称", "地级市", "类别", "面积（平方米）", "从业人数（人）", "登记日期"])
        for number in range(rows):
            day = f"{made.randrange(1990, 2026)}-{made.randrange(1, 13):02}-{made.randrange(1, 29):02}"
            place, kind = made.choice(PLACES), made.choice(KINDS)
            area, people = f"{made.uniform(10, 9000):.2f}", made.randrange(1, 400)
            writer.writerow([f"NX{number:07}", f"{place}第{number}号{kind}", place, kind, area, people, day])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", default="http://localhost:5000")
    parser.add_argument("--page", default="")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--make", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    if options.make:
        make(options.make, options.rows)
        return
    session = requests.Session()
    asked = {
        "first page": {},
        "page 40,000": {"page": 40_000},
        "filter": {"c": "地级市", "o": "is", "v": "银川市"},
        "filter + facet": {"c": "地级市", "o": "is", "v": "银川市", "col": "类别"},
        "filter + distribution": {"c": "地级市", "o": "is", "v": "银川市", "col": "面积（平方米）"},
        "filter + facet, sorted": {"c": "类别", "o": "is", "v": "图书馆", "col": "地级市", "sort": "-登记日期"},
        "sorted by two columns": {"sort": ["地级市", "-面积（平方米）"]},
        "word": {"q": "第99999号"},
    }
    for name, parameters in asked.items():
        taken = []
        for turn in range(options.rounds):
            own = f"{urlencode(parameters, doseq=True)}&turn={time.time_ns()}-{turn}"
            began = time.perf_counter()
            answer = session.get(f"{options.site}{options.page}?{own}", timeout=120)
            taken.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
        print(f"{name:26} median {statistics.median(taken):6.0f} ms · slowest {max(taken):6.0f} ms")


if __name__ == "__main__":
    main()
