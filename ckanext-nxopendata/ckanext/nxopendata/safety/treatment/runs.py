"""Treating a file of the site: the new file, what was measured, and whether it may be public."""

from __future__ import annotations

import hashlib
import hmac
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.catalogue.uploads import find_name, find_path
from ckanext.nxopendata.core.language import join_words
from ckanext.nxopendata.core.tabular import reader, sandbox
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety.privacy import assessment, measure, thresholds
from ckanext.nxopendata.safety.scanning import examination, jobs, messages, verdicts
from ckanext.nxopendata.safety.treatment import engine, recipe
from ckanext.nxopendata.safety.treatment.recipe import Recipe
from ckanext.nxopendata.safety.walkers import result

LIMITS = sandbox.Limits(memory=3 * 1024**3, cpu_seconds=900, wall_seconds=1500, output=4 * 1024**2)


class TreatmentError(Exception):
    """A file could not be treated; the message, in the reader's language, holds nothing of what is in it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A treatment that was carried out.

    Attributes:
        path: of the new file; it goes when the run is left.
        name: that it is proposed to have.
        source_sha256: of the content that was treated.
        outcome: ``rows``, ``suppressed``, ``unfit``, ``before`` and ``after`` as :mod:`.engine` gives them,
            ``found_before`` and ``found_after`` (findings in words), ``k`` and ``threshold`` of the new file,
            ``objections``: why it must not become public ([] where it may).
    """

    path: Path
    name: str
    source_sha256: str
    outcome: dict[str, Any]


def find_source(resource: model.Resource) -> tuple[Path, str]:
    """Return where the file of a resource lies, and its format.

    Raises:
        TreatmentError: it is no table that is stored here.
    """
    entry = jobs.describe(resource)
    path = find_path(entry)
    kind = assessment.find_format(find_name(entry), path) if path is not None else ""
    if path is None or kind not in reader.FORMATS:
        raise TreatmentError(tk._("Only tables that are stored here can be treated"))
    return path, kind


def list_headers(resource: model.Resource) -> list[str]:
    """Return the headers of all tables of a file, each once.

    Raises:
        TreatmentError: it cannot be read as tables.
    """
    path, kind = find_source(resource)
    try:
        tables = json.loads(sandbox.run_limited(measure.read_headers, str(path), kind, limits=assessment.LIMITS))
    except sandbox.SandboxError:
        raise TreatmentError(tk._("The file cannot be read as a table")) from None
    return list(dict.fromkeys(name for names in tables for name in names if name))


@contextmanager
def carry_out(resource: model.Resource, chosen: Recipe) -> Iterator[Run]:
    """Treat a file and examine the result as any other file.

    Raises:
        TreatmentError: the recipe does not fit the file, or the file cannot be read.
    """
    path, kind = find_source(resource)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{PurePosixPath(find_name(jobs.describe(resource))).stem or 'file'}-treated.csv"
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        key = make_key(str(resource.package_id))
        task = engine.Task(str(path), kind, str(target), recipe.to_dict(chosen), key, today())
        try:
            outcome = json.loads(sandbox.run_limited(engine.treat_to_json, task, limits=LIMITS))
        except sandbox.SandboxError:
            raise TreatmentError(tk._("The file cannot be treated: it is too large, or damaged")) from None
        if "missing" in outcome:
            text = tk._("The file has no table with the columns: {columns}")
            raise TreatmentError(text.format(columns=join_words(outcome["missing"])))
        if "unreadable" in outcome:
            raise TreatmentError(tk._("The file cannot be read as a table"))
        yield Run(target, target.name, sha256, outcome | _judge(resource, target))


def make_key(dataset_id: str) -> bytes:
    """Return the key of the pseudonyms of a dataset, derived from the site's secret: another dataset has another."""
    return hmac.new(
        str(tk.config["SECRET_KEY"]).encode(), f"nx pseudonyms\0{dataset_id}".encode(), hashlib.sha256
    ).digest()


def _judge(resource: model.Resource, target: Path) -> dict[str, Any]:
    """Examine a new file: what was found before and after, and what speaks against making it public."""
    before = verdicts.find_standing(jobs.describe(resource), examine=False)
    report = examination.examine(target, target.name)
    package = resource.package
    threshold = thresholds.find_threshold((package.extras or {}) if package is not None else {})
    try:
        answer = sandbox.run_limited(measure.measure_to_json, str(target), "csv", [], [], limits=assessment.LIMITS)
        k = assessment.find_least(json.loads(answer), [])
    except sandbox.SandboxError:
        k = assessment.NOT_MEASURED
    objections = messages.summarise(report.to_dict()) if report.status != result.CLEAN else []
    anonymity = assessment.Anonymity(k, threshold)
    if not anonymity.suffices:
        objections.append(messages.describe_anonymity(target.name, anonymity))
    return {
        "found_before": messages.summarise(before.verdict.report) if before.verdict is not None else [],
        "found_after": messages.summarise(report.to_dict()),
        "k": k,
        "threshold": threshold,
        "objections": objections,
    }
