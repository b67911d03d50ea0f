"""Our reader beside DuckDB's sniffer and pandas on the Pollock benchmark (Vitagliano et al., VLDB 2023).

    python -m venv /tmp/pollock
    /tmp/pollock/bin/pip install -r benchmarks/tables_pollock.txt
    PYTHONPATH=ckanext-nxopendata /tmp/pollock/bin/python benchmarks/tables_pollock.py DIRECTORY

DIRECTORY is a checkout of HPI-Information-Systems/Pollock, fetched for the measurement; nothing of it is kept here.
Its own ``pollock/metrics.py`` gives the figures: ten measures a file, their mean over the files (simple) and weighted
by how often a pollution occurs in the wild. No reader is told anything but the path of the file. Ours gives its header
and its rows as they are read, before cells get types. A table that a reader finds to have no header is written as the
benchmark's clean files are: polluted ones without a header, real ones with the names ``col_0``, ``col_1``, and so on;
a file with nothing but a header is written so, though the site refuses it as empty. DuckDB and pandas are called as in
the benchmark's ``duckdbauto`` and with pandas' own inference. An empty column that a reader leaves out counts as left
out.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from statistics import mean
from typing import Any

MEASURES = 10
"""Whether the file was read, and precision, recall and F1 of its header, records and cells."""

REAL = "survey_sample"
"""The folder of the real files."""

ERROR = "Application Error\n"
"""How the benchmark's own loaders write that a file was refused."""


def read_ours(path: Path, target: Path) -> None:
    """Write the table that our reader finds."""
    from ckanext.nxopendata.core.tabular import reader, table
    from ckanext.nxopendata.core.tabular.errors import UnreadableError

    try:
        found = table.find(path, "csv", most_bytes=10**9)
    except UnreadableError as error:
        if error.code != "empty" or not path.stat().st_size:
            target.write_text("" if error.code == "empty" else ERROR, encoding="utf-8")
            return
        sheet = reader.open_sheets(path, "csv", most_bytes=10**9)[0]
        _write(target, [row for row in sheet.lines() if any(row)])
        return
    header = [" ".join(parts) for parts in found.header.parts] if found.header.lines else []
    _write(target, [*_named(header, len(found.headers), path), *found.rows()])


def read_duckdb(path: Path, target: Path) -> None:
    """Write what DuckDB's sniffer finds, with the options of the benchmark's own ``duckdbauto``."""
    import duckdb

    connection = duckdb.connect()
    relation = connection.read_csv(str(path), strict_mode=False, ignore_errors=True, null_padding=True)
    frame = relation.df()
    names = [] if all(re.fullmatch(r"column\d+", name) for name in frame.columns) else list(frame.columns)
    if not names and path.parts[-3] == REAL:
        frame.columns = _named(names, len(frame.columns), path)[0]
    frame.to_csv(target, index=False)


def read_pandas(path: Path, target: Path) -> None:
    """Write what pandas infers: the delimiter by its sniffer, lines that do not fit skipped, cells as text."""
    import pandas

    frame = pandas.read_csv(path, sep=None, engine="python", dtype=object, on_bad_lines="skip")
    frame.to_csv(target, index=False)


READERS: dict[str, Callable[[Path, Path], None]] = {"ours": read_ours, "duckdb": read_duckdb, "pandas": read_pandas}


def _named(header: list[str], size: int, path: Path) -> list[list[str]]:
    """The header as a row; of a real file without one, the names that the benchmark's own clean files have there."""
    if not header and path.parts[-3] == REAL:
        header = [f"col_{number}" for number in range(size)]
    return [header] if header else []


def _write(target: Path, rows: Iterable[list[str]]) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def score(name: str, folder: Path, directory: Path, keep: Path | None = None) -> list[float]:
    """Return the ten measures of one file, in the benchmark's own order."""
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(directory))
    metrics: Any = importlib.import_module("pollock.metrics")
    if not hasattr(metrics.normalize_cell, "cache_info"):  # the same cells come again in two thousand files
        metrics.normalize_cell = lru_cache(200_000)(metrics.normalize_cell)
    reader, file = name.split(":", 1)
    with tempfile.TemporaryDirectory() as temporary:
        target = (keep or Path(temporary)) / f"{reader}-{file}"
        try:
            READERS[reader](folder / "csv" / file, target)
        except Exception as error:
            target.write_text(f"{ERROR}{error}", encoding="utf-8")
        try:
            if not metrics.successful_csv(str(target)):
                return [0.0] * MEASURES
            clean = folder / "clean" / file
            return [1.0, *map(float, metrics.header_record_cell_measures_csv(str(clean), str(target)))]
        except Exception:
            return [1.0] + [0.0] * (MEASURES - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--readers", default=",".join(READERS))
    parser.add_argument("--worst", type=int, default=0, help="print so many files with the lowest score, each reader")
    parser.add_argument("--keep", type=Path, help="a folder to leave the tables in, as they were written")
    arguments = parser.parse_args()
    directory = arguments.directory.resolve()
    weights = json.loads((directory / "pollock_weights.json").read_text())
    print(f"{'':8}{'polluted simple':>18}{'weighted':>10}{'real files':>12}")
    for reader in arguments.readers.split(","):
        line = f"{reader:8}"
        for kind in ("polluted_files", "survey_sample"):
            folder = directory / kind
            files = sorted(path.name for path in (folder / "csv").iterdir() if path.suffix == ".csv")
            files = [file for file in files if (folder / "clean" / file).exists()]
            work = partial(score, folder=folder, directory=directory, keep=arguments.keep)
            with ProcessPoolExecutor() as pool:
                results = list(pool.map(work, [f"{reader}:{file}" for file in files], chunksize=8))
            totals = dict(zip(files, map(sum, results), strict=True))
            line += f"{mean(totals.values()):>{18 if kind == 'polluted_files' else 12}.3f}"
            if kind == "polluted_files":
                whole = sum(weights.get(file, 0) for file in files)
                line += f"{sum(total * weights.get(file, 0) for file, total in totals.items()) / whole:>10.3f}"
            for file, total in sorted(totals.items(), key=lambda pair: pair[1])[: arguments.worst]:
                print(f"  {reader} {total:6.3f} {weights.get(file, 0):8.5f} {file}")
        print(line, flush=True)


if __name__ == "__main__":
    main()
