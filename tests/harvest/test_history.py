"""A catalogue's whole history through the real pipeline, in every format."""

import pytest

from .generated import catalogue
from .generated.site import site

pytestmark = [pytest.mark.usefixtures("with_plugins", "tables")]

SIZE = 12
"""Numbers 0 to 11: every fate once."""


@pytest.mark.parametrize("variant", ["dcat", "ckan", "datajson", "gbt21063", "workbook", "csw", "portal", "nxopendata"])
def test_a_history_converges(variant, harvest, call, titles):
    with site(SIZE) as source:
        for step in range(catalogue.STEPS):
            source.step, source.edition = step, 0
            run = harvest(source.url(variant))
            expected = catalogue.expected(SIZE, step)
            if variant == "nxopendata" and step:
                expected.pop("unchanged")  # a feed does not tell what stayed as it was
            problems = call("nx_harvest_problem_list", run_id=run["id"])["problems"]
            told = [(problem["field"], problem["message"]) for problem in problems if problem["refuses"]]
            assert (run["state"], {k: n for k, n in run["counts"].items() if n}, told) == ("done", expected, [])
            assert titles() == sorted(one.title for one in catalogue.datasets(SIZE, step))
        source.edition = 1
        again = harvest(source.url(variant))
    present = len(list(catalogue.datasets(SIZE, 3)))
    assert {k: n for k, n in again["counts"].items() if n} in ({"unchanged": present}, {})
    found = {entry["title"]: entry for entry in call("package_search", rows=100)["results"]}
    relicensed, renamed = catalogue.edition(8, 3), catalogue.edition(7, 3)
    assert found[relicensed.title]["nx_license_verbatim"] == relicensed.licence
    assert found[relicensed.title]["license_id"] == "cc-by-4.0"
    assert found[renamed.title]["notes_translated"]["zh"] == renamed.notes
    assert len(found[renamed.title]["resources"]) == len(renamed.files)
