"""How fast questions in plain words are answered: those of tests/tables/questions.csv, asked of a running site.

    python benchmarks/answers.py --site http://localhost:5000 --rounds 5

Prints the median, the 95th percentile and the slowest, in milliseconds, of the whole request.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import time
from pathlib import Path

import requests

QUESTIONS = Path(__file__).parents[1] / "tests" / "tables" / "questions.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", default="http://localhost:5000")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        questions = [row["question"] for row in csv.DictReader(file)]
    session, address = requests.Session(), f"{options.site}/api/3/action/nx_answer_search"
    taken: list[float] = []
    answered = 0
    for turn in range(options.rounds):
        for question in questions:
            # Another spelling each time, so that no kept answer is measured.
            asked = f"{question}{'?' * (turn + 1)}"
            began = time.perf_counter()
            answer = session.get(address, params={"q": asked}, timeout=60)
            taken.append((time.perf_counter() - began) * 1000)
            answered += bool(answer.json()["result"]["answers"])
    taken.sort()
    print(f"questions {len(taken)} · with an answer {answered}")
    p95 = taken[int(0.95 * len(taken))]
    print(f"median {statistics.median(taken):.0f} ms · p95 {p95:.0f} ms · slowest {taken[-1]:.0f} ms")


if __name__ == "__main__":
    main()
