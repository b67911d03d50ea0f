"""How many of so many tables, written at random, are read back equal; how many are told; and which are neither.

    python benchmarks/tables_round_trip.py 100000

Runs from the root of the repository, without services. The tables are those of
``tests/core/tabular/written_tables.py``: 2 to 7 columns of texts, codes, numbers, dates, percentages and gaps, in four
delimiters, four encodings, both line ends and two ways of quoting, with titles and remarks above and notes below; one
in fifty is a workbook.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

sys.path[:0] = [".", "ckanext-nxopendata"]

from tests.core.tabular import written_tables  # noqa: E402  after the path is set


def compare(seeds: range) -> list[tuple[int, str]]:
    with tempfile.TemporaryDirectory() as folder:
        return [
            (seed, written_tables.compare(written_tables.write(Random(seed)), Path(folder)))  # noqa: S311  not secret
            for seed in seeds
        ]


def main() -> None:
    number, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor() as pool:
        chunks = [range(start, min(start + 250, first + number)) for start in range(first, first + number, 250)]
        for results in pool.map(compare, chunks):
            for seed, result in results:
                counts[result if result in ("equal", "told") else "lost"] += 1
                if result not in ("equal", "told") and counts["lost"] <= 50:
                    print(seed, result, written_tables.write(Random(seed)).style, sep="\t", flush=True)  # noqa: S311
    print(dict(counts))


if __name__ == "__main__":
    main()
