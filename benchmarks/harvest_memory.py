"""How much memory reading one large catalogue takes, format by format.

Writes a document of the size asked for to a temporary file, reads it as a harvest does (parse, map, hash) in a
process of its own, and prints the peak of that process beside what it has before it reads:

    python benchmarks/harvest_memory.py --megabytes 200
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.harvest.generated import catalogue, render

NT_CHUNK = 200


def _turtle() -> Iterator[str]:
    yield render.PREFIXES
    yield from (render.turtle_of(one) for one in _endless())


def _syntax(name: str) -> Callable[[], Iterator[str]]:
    """N-Triples or RDF/XML, a chunk of datasets at a time, as a serialiser that streams writes them."""

    def chunks() -> Iterator[str]:
        import pyoxigraph as ox

        form = {"nt": ox.RdfFormat.N_TRIPLES, "rdfxml": ox.RdfFormat.RDF_XML}[name]
        for number in itertools.count():
            first = number * NT_CHUNK
            shown = [catalogue.first_edition(at) for at in range(first, first + NT_CHUNK)]
            triples = (quad.triple for quad in ox.parse(render.turtle(shown).encode(), format=ox.RdfFormat.TURTLE))
            written = (ox.serialize(triples, format=form) or b"").decode()
            # blank nodes are named by chance in each chunk, so joining the chunks joins no two of them
            if name == "rdfxml":
                begin = written.index("\n", written.index("<rdf:RDF")) if number else 0
                written = written[begin : written.rindex("</rdf:RDF>")]
            yield written

    return chunks


def _endless() -> Iterator[catalogue.Dataset]:
    return (catalogue.first_edition(number) for number in itertools.count())


def _gbt() -> Iterator[str]:
    yield render.gbt([]).removesuffix("</catalogue>\n")
    yield from (render.gbt_of(one) for one in _endless())


def _csw() -> Iterator[str]:
    yield '<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"><csw:SearchResults>'
    yield from (render.iso_of(one) for one in _endless())


def _datajson() -> Iterator[str]:
    yield '{"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [\n'
    for number, one in enumerate(_endless()):
        yield (",\n" if number else "") + json.dumps(render.datajson_of(one), ensure_ascii=False)


def _csv() -> Iterator[str]:
    yield ",".join(render.COLUMNS) + "\n"
    for one in _endless():
        yield render.csv([one], "utf-8").decode().partition("\n")[2]


FORMATS: dict[str, tuple[str, str, Callable[[], Iterator[str]], str]] = {
    "turtle": ("dcat", "text/turtle", _turtle, ""),
    "rdfxml": ("dcat", "application/rdf+xml", _syntax("rdfxml"), "</rdf:RDF>"),
    "ntriples": ("dcat", "application/n-triples", _syntax("nt"), ""),
    "gbt21063": ("gbt21063", "application/xml", _gbt, "</catalogue>"),
    "csw": ("csw", "application/xml", _csw, "</csw:SearchResults></csw:GetRecordsResponse>"),
    "datajson": ("datajson", "application/json", _datajson, "]}"),
    "csv": ("workbook", "text/csv", _csv, ""),
}
"""Name -> format, media type, how it is written, how it ends."""


def write(name: str, megabytes: float, path: Path) -> None:
    """A document of about the size asked for."""
    _, _, chunks, end = FORMATS[name]
    wanted, written = megabytes * 1024 * 1024, 0
    with path.open("w", encoding="utf-8") as file:
        for chunk in chunks():
            file.write(chunk)
            written += len(chunk.encode())
            if written >= wanted:
                break
        file.write(end)


def read(name: str, path: Path) -> dict[str, Any]:
    """Read a document as a harvest does, and say how much memory this process took at most."""
    from ckanext.nxopendata.harvest import formats
    from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher, Validators
    from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
    from ckanext.nxopendata.harvest.formats import Reading
    from ckanext.nxopendata.harvest.mapping import mapper, tables

    form_name, media_type, _, _ = FORMATS[name]
    form = formats.get_format(form_name)
    rules = tables.load(form.mapping)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, records = time.monotonic(), 0
    with path.open("rb") as body:
        digest = hashlib.file_digest(body, "sha256").hexdigest()
        body.seek(0)
        url = f"https://dept.example/{'csw?request=GetRecords' if name == 'csw' else 'c'}"
        document = Document(url, 200, media_type, "", Validators(), body, size=path.stat().st_size, sha256=digest)
        with Fetcher(AddressGuard()) as client:
            for record in form.read(document, Reading(url, client, lambda problem: None)):
                record.content_hash("f")
                assert not mapper.map_record(rules, record.guid or "", record.raw).refused, record
                records += 1
    return {
        "records": records,
        "before": before,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "seconds": time.monotonic() - began,
    }


def measure(name: str, megabytes: float) -> dict[str, Any]:
    """The same in a process of its own. Peak and before in MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(name, megabytes, path)
        command = [sys.executable, __file__, "--read", name, str(path)]
        result = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  this very file
        return json.loads(result.stdout) | {"size": path.stat().st_size / 1024 / 1024}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--formats", nargs="*", default=list(FORMATS), choices=list(FORMATS))
    parser.add_argument("--read", nargs=2, metavar=("NAME", "PATH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        print(json.dumps(read(arguments.read[0], Path(arguments.read[1]))))
        return
    print(f"{'format':<10}{'size':>9}{'records':>9}{'before':>9}{'peak':>9}{'more':>9}{'records/s':>11}")
    for name in arguments.formats:
        found = measure(name, arguments.megabytes)
        more = found["peak"] - found["before"]
        speed = found["records"] / found["seconds"]
        print(
            f"{name:<10}{found['size']:>6.0f} MB{found['records']:>9}{found['before']:>6.0f} MB{found['peak']:>6.0f} MB"
            f"{more:>6.0f} MB{speed:>11.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
