"""Another extension adds a format."""

import ckan.plugins as p
import pytest

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FormatError

from .other_extension import LinesPlugin

pytestmark = [pytest.mark.usefixtures("with_plugins", "tables")]


def test_its_catalogues_are_recognised_and_harvested(web, harvest, call, provide_plugin):
    provide_plugin("nx_lines", LinesPlugin)
    p.load("nx_lines")
    try:
        assert formats.list_names()[0] == "lines"
        url = web.put(
            "/list.txt",
            "#lines\na 名录甲 https://dept.example/a.csv\nb 名录乙 https://dept.example/b.xlsx\n",
            "text/plain",
        )
        run = harvest(url)
        assert (run["state"], run["counts"]["create"]) == ("done", 2)
        shown = call("package_search", q="名录甲")["results"][0]
        assert (shown["resources"][0]["url"], shown["resources"][0]["format"]) == ("https://dept.example/a.csv", "CSV")
        assert harvest(url, format="lines")["counts"]["unchanged"] == 2
    finally:
        p.unload("nx_lines")
    with pytest.raises(FormatError, match="format_unknown"):
        formats.get_format("lines")
