"""The list of licences, read once for the tests of plain modules."""

import csv
from collections.abc import Iterator
from pathlib import Path

from ckanext.nxopendata.licences.odrl.policy import load_register

HERE = Path(__file__).parent
REGISTER = load_register()


def table(name: str) -> Iterator[tuple[str, str, str]]:
    """(row, column, value) of a table beside the tests."""
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        key = (reader.fieldnames or [""])[0]
        for row in reader:
            for column, value in row.items():
                if column != key:
                    yield row[key], column, value
