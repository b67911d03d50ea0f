"""The same dataset in two sources, and people who edit while a harvest writes."""

from __future__ import annotations

import os

import pytest

from ..catalogues import PREFIXES, dataset, iri, turtle
from .conftest import catalogue, changes, process

pytestmark = [pytest.mark.usefixtures("with_plugins")]


def entries(site, run):
    found = site.call("nx_harvest_run_plan", id=run["id"])["entries"]
    return [(entry["kind"], [(c["field"], c["old"], c["new"]) for c in entry["changes"]]) for entry in found]


def origin(site, name):
    return [(e["source"], e["role"]) for e in site.call("nx_harvest_provenance_show", id=name)]


class TestTwoSources:
    def test_the_one_with_the_smaller_number_maintains_the_dataset(self, site):
        from ckan import model

        city = site.source("city", turtle(1, 2), priority=50)
        assert changes(site.run()) == {"create": 2}
        shown = site.call("package_show", id="shu-ju-ji-1")
        site.source("province", turtle(2, 3), priority=100)
        run = site.run()
        assert changes(run) == {"create": 1, "duplicate": 1}
        assert entries(site, run)[0] == ("duplicate", [("@source", None, "city")])
        assert model.Session.query(model.Package).count() == 3
        assert origin(site, "shu-ju-ji-2") == [("city", "maintains"), ("province", "duplicate")]

        # unchanged: it stays with the city
        site.web.put("/province", turtle(3, 2) + "# again")
        assert changes(site.run()) == {"unchanged": 1, "duplicate": 1}

        # the ministry comes before both: it takes the dataset over, page and files stay
        site.source("ministry", PREFIXES + dataset(1, notes="部里的说明"), priority=1)
        run = site.run()
        assert changes(run) == {"update": 1}
        assert entries(site, run) == [("update", [("@source", "city", "ministry")])]
        after = site.call("package_show", id="shu-ju-ji-1")
        assert (after["id"], after["notes"]) == (shown["id"], "部里的说明")
        assert [r["id"] for r in after["resources"]] == [r["id"] for r in shown["resources"]]
        assert origin(site, "shu-ju-ji-1") == [("ministry", "maintains"), ("city", "duplicate")]

        # undo gives it back
        assert site.call("nx_harvest_run_undo", id=run["id"])["state"] == "undone"
        assert site.call("package_show", id="shu-ju-ji-1")["notes"] == shown["notes"]
        assert origin(site, "shu-ju-ji-1") == [("city", "maintains")]

        # the city drops a dataset that the province still has: the province maintains it, the page never vanishes
        site.call("nx_harvest_source_update", id="city", limits={"fuse_percent": 100})
        site.web.put("/city", turtle(1))
        site.name, site.url = "city", city
        run = site.run()
        assert entries(site, run)[-1] == ("duplicate", [("@source", "city", "province")])
        assert "extras" not in site.call("package_show", id="shu-ju-ji-2") or not any(
            extra["key"] == "nx_withdrawn" for extra in site.call("package_show", id="shu-ju-ji-2")["extras"]
        )
        assert origin(site, "shu-ju-ji-2")[0] == ("province", "maintains")
        site.name = "province"
        site.run()
        site.sound(2, 3)

    def test_two_workers_meet_at_the_same_new_dataset(self, site):
        """Both plan to create it before either has written."""
        from ckan import model

        from ckanext.nxopendata.harvest.runs import jobs

        keys, body = catalogue(500, 12)
        runs = []
        for name in ("left", "right"):
            site.source(name, body)
            run = site.run(queue=True)
            jobs.execute(run["id"])
            runs.append(run["id"])
        model.Session.remove()
        children = []
        for _ in range(2):
            child = os.fork()
            if not child:
                os._exit(process(jobs.carry_out_chunks))
            children.append(child)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
        done = [site.call("nx_harvest_run_show", id=run) for run in runs]
        assert [run["state"] for run in done] == ["done", "done"]
        total = {kind: sum(run["counts"][kind] for run in done) for kind in ("create", "duplicate")}
        assert total == {"create": 12, "duplicate": 12}
        titles = [f"数据集{key}" for key in keys]
        packages = model.Session.query(model.Package).filter(
            model.Package.title.in_(titles), model.Package.state == "active"
        )
        assert packages.count() == 12
        site.whole()


class TestPeople:
    def test_an_edit_between_plan_and_writing_is_kept_and_marked(self, site):
        from ckanext.nxopendata.harvest.runs import jobs

        site.source("edited", turtle(700))
        site.run()
        site.web.put("/edited", PREFIXES + dataset(700, title="新标题", notes="来源的新说明"))
        run = site.run(queue=True)
        jobs.execute(run["id"])
        site.call("package_patch", id="shu-ju-ji-700", notes_translated={"zh": "人改的"})
        jobs.carry_out_chunks()
        run = site.call("nx_harvest_run_show", id=run["id"])
        assert changes(run) == {"update": 1}
        shown = site.call("package_show", id="shu-ju-ji-700")
        assert (shown["title"], shown["notes"]) == ("新标题", "人改的")
        assert site.problems(run) == ["edit_kept"]
        (problem,) = site.call("nx_harvest_problem_list", run_id=run["id"])["problems"]
        assert (problem["guid"], problem["field"], problem["refuses"]) == (iri(700), "notes_translated", False)
        (provenance,) = site.call("nx_harvest_provenance_show", id="shu-ju-ji-700")
        assert provenance["kept"] == ["notes_translated"]
        site.sound(700)

    def test_a_dataset_that_a_person_deleted_while_the_harvest_ran_stays_deleted(self, site):
        from ckanext.nxopendata.harvest.runs import jobs

        site.source("deleted", turtle(800, 801))
        site.run()
        site.web.put("/deleted", PREFIXES + dataset(800, notes="新") + dataset(801))
        run = site.run(queue=True)
        jobs.execute(run["id"])
        site.call("package_delete", id="shu-ju-ji-800")
        jobs.carry_out_chunks()
        run = site.call("nx_harvest_run_show", id=run["id"])
        assert (run["state"], site.problems(run)) == ("done", ["dataset_deleted"])
        assert site.call("package_show", id="shu-ju-ji-800")["state"] == "deleted"
        site.whole()
