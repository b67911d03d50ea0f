"""Reads a file of ``cases/`` as the planner does, without its services."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher, Limits, Validators
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Completeness, Reading, answers
from ckanext.nxopendata.harvest.mapping import mapper, tables
from ckanext.nxopendata.harvest.mapping.rules import Surroundings
from ckanext.nxopendata.licences.normalise import Normaliser
from ckanext.nxopendata.licences.odrl.policy import load_register

CASES = Path(__file__).parent / "cases"

MEDIA_TYPES = {
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "json": "application/json",
    "xml": "application/xml",
    "nt": "application/n-triples",
    "csv": "text/csv",
}

RECOGNISE = Normaliser.build(load_register())


@dataclass
class Result:
    """What came of a catalogue: datasets by identifier, and what was said."""

    form: str
    completeness: Completeness
    problems: list[Problem]
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    nameless: int = 0
    repeated: int = 0

    def codes(self, guid: str | None = None, of: str = "") -> list[str]:
        return sorted(p.code for p in self.problems if guid in (None, p.guid) and of in ("", p.field))

    def titles(self) -> dict[str, str]:
        return {guid: dataset["title_translated"]["zh"] for guid, dataset in self.datasets.items()}

    def files(self, guid: str) -> list[str]:
        return [file.get("url", "") for file in self.datasets[guid].get("resources", ())]


def read_bytes(
    body: bytes,
    url: str,
    media_type: str,
    charset: str = "",
    form: str = "auto",
    headers: dict[str, str] | None = None,
    client: Any = None,
) -> Result:
    """Read a document that a server answered.

    Args:
        client: Reads what the document leads to; without it nothing can be reached.
    """
    document = Document(
        url, 200, media_type, charset, Validators(), io.BytesIO(body), size=len(body), headers=headers or {}
    )
    chosen = formats.detect(document) if form == "auto" else formats.get_format(form)
    problems: list[Problem] = []
    with Fetcher(AddressGuard(), Limits(retries=0)) as offline:
        reading = Reading(url, client or offline, problems.append, rules=tables.load(chosen.mapping))
        records = list(answers.read_records(chosen, document, reading))
    reading.completeness.records = len(records)
    seen = set[str]()
    result = Result(chosen.name, reading.completeness, problems)
    surroundings = Surroundings(url, read_licence=lambda text: RECOGNISE(text).id)
    for record in records:
        record.content_hash("")
        if not record.guid:
            result.nameless += 1
            continue
        if record.guid in seen:
            reading.completeness.add_issue("identifier_repeated")
            result.repeated += 1
            continue
        seen.add(record.guid)
        mapped = mapper.map_record(tables.load(chosen.mapping), record.guid, record.raw, None, surroundings)
        problems += mapped.problems
        if mapped.withheld:
            result.withheld.append(record.guid)
        elif mapped.refused:
            result.refused.append(record.guid)
        else:
            result.datasets[record.guid] = mapped.dataset
    return result


def read_case(name: str, form: str = "auto") -> Result:
    """Read ``cases/<name>`` under an address at the department."""
    path = CASES / name
    media_type, _, parameters = MEDIA_TYPES[name.rpartition(".")[2]].partition(";")
    if (told := path.with_name(path.name + ".type")).is_file():
        media_type, _, parameters = told.read_text().strip().partition(";")
    charset = parameters.strip().removeprefix("charset=").lower()
    return read_bytes(path.read_bytes(), f"https://dept.example/{path.name}", media_type, charset, form)


def read_ckan(name: str) -> Result:
    """Read the ``datasets.json`` of a case as the answer of a CKAN site."""
    datasets = sorted(json.loads((CASES / name / "datasets.json").read_text()), key=lambda entry: entry["id"])
    answer = {"success": True, "result": {"count": len(datasets), "results": datasets}}
    url = formats.entry_url(formats.get_format("ckan"), "https://ckan.example")
    return read_bytes(json.dumps(answer).encode(), url, "application/json", form="ckan")
