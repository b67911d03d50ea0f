"""One site for all tests of a module, processes that can be killed, and the one question after every fault."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ..catalogues import iri, turtle
from ..conftest import clear_locks
from ..server import Server, serving

_ready: set[str] = set()


@pytest.fixture(scope="module")
def web() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def clean_db(request: pytest.FixtureRequest, with_plugins: None, reset_db: Any, migrate_db_for: Any) -> None:
    """The tables of the site, emptied once a module: the tests have sources of their own."""
    import sqlalchemy as sa
    from ckan import model
    from ckan.lib.search import clear_all
    from ckan.plugins import plugin_loaded

    from tests.conftest import MIGRATED_PLUGINS

    if request.module.__name__ in _ready:
        return
    _ready.add(request.module.__name__)
    first = not model.repo.tables_created_and_initialised
    reset_db()
    for plugin in filter(plugin_loaded, MIGRATED_PLUGINS if first else ()):
        migrate_db_for(plugin)
    if not sa.inspect(model.meta.engine).has_table("nx_harvest_source"):
        migrate_db_for("nxopendata_harvest")
    clear_all()


@pytest.fixture
def tables(clean_db: None) -> None:
    clear_locks()


@dataclass
class Site:
    """A source at a time, and what must be true whatever happened to it."""

    call: Callable[..., Any]
    web: Server
    department: str
    name: str = ""
    url: str = ""

    def source(self, name: str, body: str | bytes, **options: Any) -> str:
        """A new source with a catalogue; its URL."""
        self.name = name
        self.url = self.web.put(f"/{name}", body)
        values = {"title": name, "url": self.url, "organization": self.department, **options}
        self.call("nx_harvest_source_create", name=name, **values)
        return self.url

    def run(self, **options: Any) -> dict[str, Any]:
        return self.call("nx_harvest_run_create", source_id=self.name, **options)

    def runs(self) -> list[str]:
        """States of the source's runs, oldest first."""
        return [run["state"] for run in reversed(self.call("nx_harvest_run_list", source_id=self.name))]

    def problems(self, run: dict[str, Any]) -> list[str]:
        found = self.call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        assert all(problem["message"] for problem in found)
        return [problem["code"] for problem in found]

    def whole(self) -> None:
        """``ckan nx harvest verify`` finds nothing lost, nothing double, and the index equal to the database."""
        from ckan import model

        from ckanext.nxopendata.harvest.monitoring import verify

        model.Session.remove()
        assert verify.compare().faults == 0

    def sound(self, *keys: object) -> None:
        """Nothing lost, nothing double, the index equal to the database, and the next run finds nothing to do."""
        from ckan import model

        from ckanext.nxopendata.harvest.models import KnownRecord, Source

        model.Session.remove()
        self.web.put(f"/{self.name}", self.web.replies[f"/{self.name}"].body + b"\n# read me again")
        run = self.run()
        assert (run["state"], changes(run)) == ("done", {"unchanged": len(keys)})
        source = model.Session.query(Source).filter_by(name=self.name).one()
        present = model.Session.query(KnownRecord).filter_by(source_id=source.id, state="present").all()
        assert sorted(record.guid for record in present) == sorted(iri(key) for key in keys)
        packages = model.Session.query(model.Package).filter(
            model.Package.id.in_([record.dataset_id for record in present]), model.Package.state == "active"
        )
        assert packages.count() == len(keys)
        files = model.Session.query(model.Resource).filter(
            model.Resource.package_id.in_([package.id for package in packages]), model.Resource.state == "active"
        )
        assert files.count() == len(keys)
        tags = [name for (name,) in model.Session.query(model.Tag.name)]
        assert len(tags) == len(set(tags))
        self.whole()


def changes(run: dict[str, Any]) -> dict[str, int]:
    return {kind: number for kind, number in run["counts"].items() if number}


@pytest.fixture
def site(tables: None, web: Server, call: Callable[..., Any], ckan_config: dict[str, Any]) -> Site:
    ckan_config["ckanext.nxopendata.harvest.chunk"] = 3
    ckan_config["ckanext.nxopendata.harvest.retries"] = 0
    if "ting" not in call("organization_list"):
        call("organization_create", name="ting", title_translated={"zh": "厅"})
    return Site(call, web, "ting")


def catalogue(first: int, number: int) -> tuple[list[int], str]:
    keys = list(range(first, first + number))
    return keys, turtle(*keys)


def process(work: Callable[[], Any], die_at: tuple[Any, str, int] | None = None) -> int:
    """Do ``work`` in a process of its own and wait for it; its exit status, negative for a signal.

    :param die_at: (module, function, times): the process is killed with -9 when it is about to call the
        function after it has done so ``times`` times
    """
    from ckan import model

    model.Session.remove()
    child = os.fork()
    if not child:
        status = 1
        try:
            model.meta.engine.dispose(close=False)  # the parent's connections stay the parent's
            if die_at:
                _die_at(*die_at)
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_at(module: Any, name: str, times: int) -> None:
    real, calls = getattr(module, name), []

    def dying(*args: Any, **options: Any) -> Any:
        if len(calls) >= times:
            os.kill(os.getpid(), signal.SIGKILL)
        calls.append(1)
        return real(*args, **options)

    setattr(module, name, dying)
