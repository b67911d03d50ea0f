"""Plans of runs that ended long ago go; what a person still needs of them stays."""

import datetime as dt

import pytest
import sqlalchemy as sa

from .catalogues import turtle

pytestmark = pytest.mark.usefixtures("with_plugins", "tables")


@pytest.fixture
def runs(web, harvest):
    """Four runs of one source that ended 200 days ago: the last two wrote nothing, but refused a record."""
    from ckan import model

    from ckanext.nxopendata.core.timezone import utc_now
    from ckanext.nxopendata.harvest.models import Run

    url = web.put("/1", turtle(1, 2))
    made = [harvest(url)["id"]]
    for body in (turtle(1, 2, 3), turtle(1, 2, 3, more='[] a dcat:Dataset ; dct:title "没有标识"@zh .')):
        web.put("/1", body)
        made.append(harvest(url)["id"])
    made.append(harvest(url)["id"])
    model.Session.execute(sa.update(Run).values(finished=utc_now() - dt.timedelta(days=200)))
    model.Session.commit()
    return made


@pytest.fixture
def left(call):
    """How many steps and problems of a run can be read."""

    def count(run_id):
        return call("nx_harvest_run_plan", id=run_id)["count"], call("nx_harvest_problem_list", run_id=run_id)["count"]

    return count


def test_the_plan_that_can_be_undone_and_the_counts_stay(runs, left, call):
    from ckan.plugins import toolkit as tk

    from ckanext.nxopendata.harvest.runs import jobs

    first, second, third, newest = runs
    before = [call("nx_harvest_run_show", id=run)["counts"] for run in runs]
    assert left(third)[1] == 1
    assert jobs.remove_old_plans() == 2
    assert (left(first), left(third)) == ((0, 0), (0, 0))
    assert left(second)[0] > 0
    assert left(newest)[1] == 1  # the next run is compared with it
    assert [call("nx_harvest_run_show", id=run)["counts"] for run in runs] == before
    assert jobs.remove_old_plans() == 0
    assert call("nx_harvest_run_undo", id=second)["state"] == "undone"
    with pytest.raises(tk.ValidationError):
        call("nx_harvest_run_undo", id=first)


def test_what_was_interrupted_is_done_the_next_time(runs, left, monkeypatch):
    from ckan import model

    from ckanext.nxopendata.harvest.runs import jobs

    monkeypatch.setattr(jobs.retention, "ROWS", 1)
    commit, commits = model.Session.commit, []

    def dies():
        commits.append(1)
        if len(commits) == 3:
            raise SystemExit
        commit()

    with monkeypatch.context() as patch:
        patch.setattr(model.Session, "commit", dies)
        with pytest.raises(SystemExit):
            jobs.remove_old_plans()
    model.Session.rollback()
    assert left(runs[0])[0] == 1
    jobs.remove_old_plans()
    assert left(runs[0]) == (0, 0)


def test_runs_of_this_year_keep_their_plans(runs, left, ckan_config, monkeypatch):
    from ckanext.nxopendata.harvest.runs import jobs

    for days in (365, 0):
        monkeypatch.setitem(ckan_config, "ckanext.nxopendata.harvest.keep_plans_days", days)
        assert jobs.remove_old_plans() == 0
    assert left(runs[0])[0] == 2


def test_the_pages_say_why_there_is_nothing(runs, app):
    from ckan.tests import factories

    from ckanext.nxopendata.harvest.runs import jobs

    jobs.remove_old_plans()
    officer = {"Authorization": factories.SysadminWithToken()["token"]}
    for page in ("", "/plan", "/problems"):
        assert "steps and the problems of this run were removed" in app.get(
            f"/en/harvest/run/{runs[0]}{page}", headers=officer
        )
