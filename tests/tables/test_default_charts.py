"""The chart that stands first on the page of a dataset: by the rules, or as its department chose."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.tables.charts import token

from .conftest import work

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]
PEOPLE = (
    "县区,人口（人）,面积（平方千米）\n西吉县,315827,3130\n隆德县,109451,992\n泾源县,85026,1131\n彭阳县,160509,2533\n"
)


def test_a_department_changes_the_chart_and_it_holds_for_the_next_version(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    editor = factories.UserWithToken()
    call("organization_member_create", id=dataset["owner_org"], username=editor["name"], role="editor")
    head = {"Authorization": editor["token"]}
    file = upload(dataset, "县区.csv", PEOPLE)
    page, place = f"/dataset/{dataset['name']}", f"/dataset/{dataset['name']}/resource/{file['id']}"

    def show() -> str:
        return app.get(page).get_data(as_text=True).partition('id="nx-data"')[2].partition("<table")[0]

    def act(name: str, user: str = editor["name"], **values: Any) -> dict[str, Any]:
        return helpers.call_action(name, {"user": user, "ignore_auth": False}, id=file["id"], **values)  # pyright: ignore[reportReturnType]

    by_rules = act("nx_table_default_chart_show")
    assert by_rules["choice"] == "rules" and "人口" in by_rules["title"] and by_rules["chart"] in show()

    # On the page of charts an editor finds the button that others do not see.
    asked = urlencode({"view": "chart", "x": "县区", "y": "面积（平方千米）", "kind": "map"})
    assert "default-chart" not in app.get(f"{place}?{asked}").get_data(as_text=True)
    shown = app.get(f"{place}?{asked}", headers=head).get_data(as_text=True)
    form = shown.partition('action="' + place + "/default-chart")[2].partition("</form>")[0]
    chosen = (
        form.partition('value="')[2].partition('"')[0]
        if "csrf" not in form
        else form.rpartition('value="')[2].partition('"')[0]
    )
    assert token.from_token(chosen).kind == "map"
    app.post(f"{place}/default-chart", data={"chart": chosen}, headers=head)
    after = show()
    assert "面积" in after and "3,130" in after and "西吉县" in after and "示意" in after
    staff = app.get(f"{place}/plan", headers=head).get_data(as_text=True)
    assert chosen in staff and "面积" in staff.partition('id="nx-default-chart"')[2].partition("</section>")[0]

    # It holds for the next version of the file; of one without the column the rules choose, and staff read why.
    def replace(text: str) -> None:
        again = FileStorage(stream=io.BytesIO(text.encode()), filename="县区.csv")
        call("resource_patch", id=file["id"], upload=again, url="县区.csv")
        work()

    replace(PEOPLE.replace("3130", "3144"))
    assert "3,144" in show()
    replace("县区,人口（人）\n西吉县,315827\n隆德县,109451\n泾源县,85026\n")
    assert "315,827" in show()
    assert act("nx_table_default_chart_show")["reason"]

    act("nx_table_default_chart_update", chart="none")
    assert "<svg" not in show()
    app.post(f"{place}/default-chart", data={"chart": "rules"}, headers=head)
    assert "315,827" in show() and act("nx_table_default_chart_show")["choice"] == "rules"

    other = upload(dataset, "别的.csv", PEOPLE)
    foreign = token.to_token(token.make_spec(other["id"], "bar", ("县区", "人口（人）", ""), "sum", "value", (), ""))
    for wrong in (foreign, "x" * 40, ""):
        with pytest.raises(tk.ValidationError):
            act("nx_table_default_chart_update", chart=wrong)
    with pytest.raises(tk.NotAuthorized):
        act("nx_table_default_chart_update", user=factories.User()["name"], chart="none")
    assert app.post(f"{place}/default-chart", data={"chart": "none"}).status_code in (403, 404)
