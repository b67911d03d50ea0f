"""Which rules are in force: those of the software, and those of the province: its folder, and what the office wrote.

A file that is wrong changes nothing: the last good set stays in force, and the log says which line is wrong.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from pathlib import Path

import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.recognition import rule as model
from ckanext.nxopendata.safety.recognition.rule import RuleSet
from ckanext.nxopendata.safety.rules import loading
from ckanext.nxopendata.safety.rules.loading import RuleFileError

log = logging.getLogger(__name__)

_good: dict[str, str] = {}
_refused: dict[str, str] = {}


def read_files() -> dict[str, str]:
    """Return the rule files that are in force, name -> text."""
    own = loading.read_own_files()
    more = read_province_files()
    if not more:
        return own
    files = own | more
    if files != _good and files != _refused:
        try:
            check(more)
        except RuleFileError as error:
            _refused.clear()
            _refused.update(files)
            log.error("rules of the province are refused, the last good ones stay in force: %s", error)
        else:
            _good.clear()
            _good.update(files)
    return dict(_good) or own


def rules() -> RuleSet:
    """Return the rules that are in force."""
    files = read_files()
    return loading.built_in() if files == loading.read_own_files() else _make_set(tuple(sorted(files.items())))


@lru_cache(maxsize=2)
def _make_set(files: tuple[tuple[str, str], ...]) -> RuleSet:
    return loading.make_set(dict(files))


def read_province_files() -> dict[str, str]:
    """Return the files of the province, name -> text: of its folder, and what the office wrote on a page."""
    return read_folder() | _read_written()


def forget() -> None:
    """Read what the office wrote anew when it is asked for next."""
    _written.clear()


_written: dict[float, dict[str, str]] = {}
"""What the office wrote, by when it was read."""

SECONDS = 5
"""For which it is not read again: rules are asked for with every file that somebody wants."""


def _read_written() -> dict[str, str]:
    moment = time.monotonic()
    for read, files in _written.items():
        if moment - read < SECONDS:
            return files
    query = sa.select(models.RuleFile.name, models.RuleFile.text)
    with models.engine().connect() as connection:
        files = {f"office/{name}": text for name, text in connection.execute(query)}
    _written.clear()
    _written[moment] = files
    return files


def read_folder() -> dict[str, str]:
    """Return the files in the province's folder, name -> text; {} where none is configured."""
    folder = str(tk.config["ckanext.nxopendata.safety.rules_folder"])
    if not folder:
        return {}
    return {f"province/{path.name}": path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.yaml"))}


def check(files: dict[str, str]) -> RuleSet:
    """Return the rules of the software and of some files of the province.

    Raises:
        RuleFileError: one of them is wrong, or its ids are not the province's.
    """
    for name, text in files.items():
        for rule in loading.parse(name, text):
            if rule.id < model.FIRST_OF_PROVINCE:
                raise RuleFileError(name, 1, f"the ids of the province begin with {model.FIRST_OF_PROVINCE}: {rule.id}")
    return loading.make_set(loading.read_own_files() | files)
