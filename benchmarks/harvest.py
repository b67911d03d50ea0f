"""How fast the harvester is, beside CKAN's own actions and the usual harvester, on one catalogue and machine.

Generates a DCAT catalogue (Turtle, Hydra pages of 100, two files and five information items a dataset), serves it
from this machine and measures

* the first harvest, and the harvest of the unchanged catalogue: its pages are written anew with another comment,
  so that neither ETag nor equal bytes tell that nothing changed;
* the harvest of the same bytes, which ends with the comparison of the pages' digests, and the one of a source that
  answers 304 to every page;
* ``--workers N``: how long one and two processes take to carry out a plan of N datasets;
* ``--validation N``: the first harvest of N datasets with the bulk writer's own run of the schema and with navl's,
  three times each in turn, and the ratio of the medians;
* ``--actions N``: N of the same datasets by ``package_create``, one transaction and one index request each;
* ``--peer N``: N of the same datasets by ckanext-dcat's ``dcat_rdf`` harvester on ckanext-harvest, if the plugins
  ``harvest`` and ``dcat_rdf_harvester`` are on. With ``--datasets 0`` that alone, also in a site that has none of our
  plugins: CKAN as it comes.

Uses the site of ``CKAN_INI`` and its organisation ``benchmark``, whose datasets it purges first:

    CKAN_INI=site.ini python benchmarks/harvest.py --datasets 2000 --actions 200
    CKAN_INI=stock.ini python benchmarks/harvest.py --datasets 0 --peer 100
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = 100
MADE = 100
"""Pages that are made before the time is taken."""

FORK = multiprocessing.get_context("fork")
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix nx: <https://data.nx.example/ns/catalogue#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
PLACES = ("银川市", "石嘴山市", "吴忠市", "固原市", "中卫市", "宁东基地")
TOPICS = ("A级旅游景区名录", "常住人口统计", "空气质量日报", "公交线路站点", "学校名录", "医疗机构名录", "用水量统计")


def dataset(number: int) -> str:
    """The description of one dataset, the same for the same number."""
    base = f"https://benchmark.example/dataset/{number}"
    place, topic = PLACES[number % len(PLACES)], TOPICS[number % len(TOPICS)]
    items = " , ".join(
        f'[ nx:itemOrder {n} ; nx:itemName "信息项{n}" ; nx:itemType "C" ; nx:itemLength "50" ]' for n in range(1, 6)
    )
    files = "".join(
        f'<{base}/{kind}> a dcat:Distribution ; dct:title "{place}{topic}{number}（{kind}）"@zh ;'
        f' dcat:downloadURL <https://benchmark.example/data/{number}.{kind}> ; dct:format "{kind}" ;'
        f" dcat:byteSize {number * 17 + 100} .\n"
        for kind in ("csv", "xlsx")
    )
    return (
        f'<{base}> a dcat:Dataset ; dct:title "{place}{topic}第{number}号"@zh , "Dataset {number}"@en ;\n'
        f' dct:identifier "{number}" ; dct:description "{place}的{topic}，按年整理，共{number}条记录。"@zh ;\n'
        f' dcat:keyword "{place}"@zh , "{topic}"@zh , "公共数据"@zh ; dct:issued "2024-05-31"^^xsd:date ;\n'
        f' dct:license "CC BY 4.0" ; nx:updateCycle "6" ; nx:shareType "1" ; nx:isOpen "1" ; nx:item {items} ;\n'
        f" dcat:distribution <{base}/csv> , <{base}/xlsx> .\n{files}"
    )


class Catalogue:
    """A catalogue of ``size`` datasets on a local port; ``edition`` varies its bytes but not its content, and with
    ``attentive`` it answers 304 where it can.

    Served by a process of its own, so that neither its processor time nor its memory is counted.
    """

    def __init__(self, size: int) -> None:
        self.size, self._edition, self._attentive = size, FORK.Value("i", 0), FORK.Value("b", 0)
        ready, catalogue = FORK.Event(), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                tag = f'"{catalogue.edition}"'
                if catalogue.attentive and self.headers["If-None-Match"] == tag:
                    self.send_response(304)
                    self.end_headers()
                    return
                if self.path == "/robots.txt":
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                body = catalogue.page(int(self.path.strip("/")), catalogue.edition)
                self.send_response(200)
                self.send_header("Content-Type", "text/turtle")
                self.send_header("ETag", tag)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *_: object) -> None:  # noqa: A002  the base class's name
                pass

        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{http.server_address[1]}/0"

        def serve() -> None:
            # made beforehand: writing the pages is not what is measured
            for number in range(min(-(-size // PAGE), MADE)):
                for edition in (0, 1):
                    catalogue.page(number, edition)
            ready.set()
            http.serve_forever()

        self._server = FORK.Process(target=serve, daemon=True)
        self._server.start()
        http.socket.close()
        ready.wait()

    @property
    def edition(self) -> int:
        return self._edition.value

    @edition.setter
    def edition(self, number: int) -> None:
        self._edition.value = number

    @property
    def attentive(self) -> bool:
        return bool(self._attentive.value)

    @attentive.setter
    def attentive(self, yes: bool) -> None:
        self._attentive.value = yes

    def close(self) -> None:
        self._server.kill()
        self._server.join()

    @lru_cache(maxsize=2 * MADE)  # noqa: B019  one catalogue a process
    def page(self, number: int, edition: int) -> bytes:
        first, last = number * PAGE, min((number + 1) * PAGE, self.size)
        view = f"</{number}> a hydra:PagedCollection ; hydra:totalItems {self.size}"
        if last < self.size:
            view += f" ; hydra:next </{number + 1}>"
        numbers = range(first, last) if edition == 0 else reversed(range(first, last))
        return (f"{PREFIXES}# {edition}\n{view} .\n" + "".join(map(dataset, numbers))).encode()


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds by the clock on the wall, and of the processor for this process: the second does not depend on what
    else the machine does."""

    wall: float
    cpu: float


def clock(work: Callable[[], Any]) -> tuple[Time, Any]:
    began, used = time.perf_counter(), time.process_time()
    result = work()
    return Time(time.perf_counter() - began, time.process_time() - used), result


def report(name: str, taken: Time, number: int) -> Time:
    each = Time(taken.wall / number * 1000, taken.cpu / number * 1000)
    print(
        f"{name:<44}{number:>7} {taken.wall:>8.2f} s {each.wall:>8.3f} ms each {number / taken.wall:>7.0f} /s"
        f"   processor {each.cpu:>7.3f} ms each",
        flush=True,
    )
    return each


class Site:
    """The actions of the site, as its own user."""

    def __init__(self) -> None:
        import ckan.plugins.toolkit as tk

        self.tk = tk
        self.user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def call(self, action: str, /, **data: Any) -> Any:
        return self.tk.get_action(action)({"user": self.user, "ignore_auth": True}, data)

    def problems(self, run: dict[str, Any]) -> list[str]:
        """The first problems of a run, in words."""
        found = self.call("nx_harvest_problem_list", run_id=run["id"], limit=5)
        return [problem["message"] for problem in found["problems"]]

    def prepare(self) -> None:
        """An organisation without datasets, and no memory of an earlier run."""
        import sqlalchemy as sa
        from ckan import model
        from ckan.lib.search.common import make_connection

        try:
            self.call("organization_show", id="benchmark")
        except self.tk.ObjectNotFound:
            self.call("organization_create", name="benchmark", title="测速")
        owner = self.call("organization_show", id="benchmark")["id"]
        ids = list(model.Session.scalars(sa.select(model.Package.id).where(model.Package.owner_org == owner)))
        for table, column in (
            ("activity", "object_id"),
            ("member", "table_id"),
            ("package_tag", "package_id"),
            ("resource", "package_id"),
            ("package", "id"),
        ):
            rows = model.meta.metadata.tables[table]
            model.Session.execute(sa.delete(rows).where(rows.c[column].in_(ids)))
        sources = model.meta.metadata.tables.get("nx_harvest_source")
        if sources is not None:
            model.Session.execute(sa.delete(sources).where(sources.c.name == "benchmark"))
        model.Session.commit()
        index = make_connection()
        index.delete(q=f'+owner_org:"{owner}" +site_id:"{self.tk.config["ckan.site_id"]}"', commit=True)


def first_harvest(site: Site, catalogue: Catalogue, name: str) -> Time:
    """Harvest the whole catalogue, of which the site has nothing yet."""
    site.call(
        "nx_harvest_source_create",
        name="benchmark",
        title="测速",
        url=catalogue.url,
        format="dcat",
        organization="benchmark",
    )
    taken, run = clock(lambda: site.call("nx_harvest_run_create", source_id="benchmark"))
    assert (run["state"], run["counts"]["create"]) == ("done", catalogue.size), (run["counts"], site.problems(run))
    return report(name, taken, catalogue.size)


def ours(site: Site, size: int) -> tuple[Time, Time]:
    catalogue = Catalogue(size)
    first = first_harvest(site, catalogue, "first harvest (bulk writer)")
    catalogue.edition = 1
    taken, run = clock(lambda: site.call("nx_harvest_run_create", source_id="benchmark"))
    assert run["counts"]["unchanged"] == size, (run["state"], run["counts"])
    again = report("harvest of the unchanged catalogue", taken, size)
    for name, attentive in (("harvest of the same bytes", False), ("harvest answered by 304", True)):
        catalogue.attentive = attentive
        taken, run = clock(lambda: site.call("nx_harvest_run_create", source_id="benchmark"))
        assert run["note"] == {"not_modified": True}, run["note"]
        report(name, taken, size)
    catalogue.close()
    return first, again


def validation(site: Site, size: int, rounds: int = 3) -> float:
    """How many times as fast the first harvest is with :mod:`bulk_write.validation` as with navl's ``validate``."""
    from ckan.lib import plugins
    from ckan.logic.schema import default_show_package_schema

    from ckanext.nxopendata.bulk_write import validation

    class ShowSchema:
        """CKAN's own schema for showing, run by navl."""

        def validate(self, data: Any, context: Any, **_: Any) -> Any:
            return site.tk.navl_validate(data, default_show_package_schema(), context)

    def navl(plugin: Any, context: Any, data: Any, action: str) -> Any:
        schema = getattr(plugin, f"{action.removeprefix('package_')}_package_schema")()
        return plugins.plugin_validate(plugin, context, data, schema, action)

    own = validation.validate, validation.default_show_schema
    taken: dict[str, list[Time]] = {"own": [], "navl": []}
    for _ in range(rounds):
        for name, functions in (("own", own), ("navl", (navl, ShowSchema))):
            site.prepare()
            validation.validate, validation.default_show_schema = functions
            catalogue = Catalogue(size)
            try:
                taken[name].append(first_harvest(site, catalogue, f"first harvest, {name} validation"))
            finally:
                validation.validate, validation.default_show_schema = own
                catalogue.close()
    wall, cpu = (
        statistics.median(getattr(time, kind) for time in taken["navl"])
        / statistics.median(getattr(time, kind) for time in taken["own"])
        for kind in ("wall", "cpu")
    )
    print(f"{'':<44}own validation: {wall:.2f} times as fast, {cpu:.2f} times less processor")
    return wall


def workers(site: Site, size: int, number: int) -> float:
    """Seconds in which ``number`` processes carry out one planned run."""
    from ckan import model

    from ckanext.nxopendata.harvest.runs import jobs

    catalogue = Catalogue(size)
    site.call(
        "nx_harvest_source_create",
        name="benchmark",
        title="测速",
        url=catalogue.url,
        format="dcat",
        organization="benchmark",
    )
    run = site.call("nx_harvest_run_create", source_id="benchmark", queue=True)
    jobs.execute(run["id"])
    model.Session.remove()
    began, children = time.perf_counter(), []
    for _ in range(number):
        child = os.fork()
        if not child:
            model.meta.engine.dispose(close=False)  # pyright: ignore[reportOptionalMemberAccess]
            jobs.carry_out_chunks()
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    seconds = time.perf_counter() - began
    run = site.call("nx_harvest_run_show", id=run["id"])
    assert (run["state"], run["counts"]["create"]) == ("done", size), run
    report(f"writing only, {number} worker{'s' * (number > 1)}", Time(seconds, 0), size)
    catalogue.close()
    return seconds


def actions(site: Site, size: int) -> Time:
    """The same datasets, mapped by us, by ``package_create``."""
    from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
    from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
    from ckanext.nxopendata.harvest.formats import Reading, dcat
    from ckanext.nxopendata.harvest.mapping import mapper, tables
    from ckanext.nxopendata.harvest.planning import dataset_builder

    catalogue = Catalogue(size)
    owner = site.call("organization_show", id="benchmark")["id"]
    with Fetcher(AddressGuard(["127.0.0.1"]), Limits(requests_per_second=0)) as client:
        reading = Reading(catalogue.url, client, print)
        records = list(dcat.FORMAT.read(client.get(catalogue.url), reading))
    datasets = []
    for record in records:
        mapped = mapper.map_record(tables.load("dcat"), record.guid or "", record.raw).dataset
        data = dataset_builder.build_dataset(
            mapped,
            dataset_id=dataset_builder.make_dataset_id("x", record.guid or ""),
            organization_id=owner,
            read_licence=lambda _: None,
        )
        datasets.append(data)
    taken, _ = clock(lambda: [site.call("package_create", **data) for data in datasets])
    catalogue.close()
    return report("package_create, one by one", taken, size)


def peer(site: Site, size: int) -> Time:
    """ckanext-harvest and ckanext-dcat: gather, fetch and import in this process, without their queues."""
    from ckan import model
    from ckanext.dcat.harvesters.rdf import DCATRDFHarvester  # pyright: ignore[reportMissingImports]
    from ckanext.harvest.model import (  # pyright: ignore[reportMissingImports]
        HarvestJob,
        HarvestObject,
        HarvestSource,
    )

    catalogue = Catalogue(size)
    owner = site.call("organization_show", id="benchmark")["id"]
    name = f"peer-{int(time.time())}"
    made = site.call(
        "harvest_source_create", name=name, title=name, url=catalogue.url, source_type="dcat_rdf", owner_org=owner
    )
    job = HarvestJob(source=HarvestSource.get(made["id"]), status="Running")
    job.save()
    harvester = DCATRDFHarvester()

    def work() -> int:
        done = 0
        for identity in harvester.gather_stage(job) or ():
            entry = HarvestObject.get(identity)
            done += bool(harvester.fetch_stage(entry)) and harvester.import_stage(entry) is not False
            model.Session.commit()
        return done

    taken, done = clock(work)
    assert done == size, done
    catalogue.close()
    return report("ckanext-harvest + ckanext-dcat", taken, size)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--datasets", type=int, default=1000)
    parser.add_argument("--actions", type=int, default=0, metavar="N")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="datasets for one and two workers")
    parser.add_argument("--validation", type=int, default=0, metavar="N", help="datasets for each way of validating")
    parser.add_argument("--peer", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    application = make_app(load_config(os.environ["CKAN_INI"]))
    logging.disable(logging.WARNING)
    import ckan.plugins.toolkit as tk

    tk.config["ckanext.nxopendata.harvest.requests_per_second"] = 0
    with application._wsgi_app.test_request_context():
        site = Site()
        site.prepare()
        first = again = None
        if arguments.datasets:
            first, again = ours(site, arguments.datasets)
            print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        for name, size in (("actions", arguments.actions), ("peer", arguments.peer)):
            if size:
                site.prepare()
                each = globals()[name](site, size)
                if first is None or again is None:
                    continue
                print(f"{'':<44}first harvest {each.wall / first.wall:.1f} times as fast", end=", ")
                print(f"{each.cpu / first.cpu:.1f} times less processor; unchanged {each.wall / again.wall:.0f} times")
        if arguments.validation:
            validation(site, arguments.validation)
        if arguments.workers:
            tk.config["ckanext.nxopendata.harvest.turn_seconds"] = 3600
            seconds = []
            for number in (1, 2):
                site.prepare()
                seconds.append(workers(site, arguments.workers, number))
            print(f"{'':<44}two workers are {seconds[0] / seconds[1]:.2f} times as fast as one")
        print(f"load of the machine (1, 5, 15 minutes): {os.getloadavg()} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
