"""Templates of a room: what they use is there whenever the room's plugin is, read from the source alone."""

import re
from pathlib import Path

import ckan
import pytest

from tests.conventions.needs import NEEDS

CODE = Path(__file__).resolve().parents[2] / "ckanext-nxopendata" / "ckanext" / "nxopendata"
TEMPLATES = sorted(CODE.rglob("templates/**/*.html"))
ROOM_OF = {
    "nxopendata": "portal",
    "nxopendata_datasets": "catalogue",
    "nxopendata_groups": "catalogue",
    "nxopendata_organizations": "catalogue",
}
"""Plugin or library of assets -> room, where it is not the plugin's own name."""


def room_of(plugin: str) -> str:
    return ROOM_OF.get(plugin, plugin.removeprefix("nxopendata_"))


def rooms_needed(room: str) -> set[str]:
    """The rooms that are there whenever ``room`` is: itself, ``core``, and those of the plugins that it needs."""
    return {room, "core"} | {room_of(name) for name in NEEDS[f"nxopendata_{room}"].split()}


def defined_in(pattern: str, files: str) -> dict[str, set[str]]:
    """What ``pattern`` finds in the files of that name -> the rooms that have it."""
    found: dict[str, set[str]] = {}
    for path in CODE.rglob(files):
        for name in re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE):
            found.setdefault(name, set()).add(path.relative_to(CODE).parts[0])
    return found


HELPERS = defined_in(r"^def (nx_\w+)", "helpers.py")
ASSETS = {name: {room_of(name)} for name in defined_in(r'add_resource\("assets", "(\w+)"', "plugin.py")}
OWN_TEMPLATES: dict[str, set[str]] = {}
for template in TEMPLATES:
    OWN_TEMPLATES.setdefault(template.as_posix().split("/templates/", 1)[1], set()).add(
        template.relative_to(CODE).parts[0]
    )
CKAN_TEMPLATES = Path(ckan.__file__).parent / "templates"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(CODE).as_posix())
def test_a_template_uses_what_is_there_whenever_its_room_is(template: Path) -> None:
    """Helpers, templates and assets of other rooms only where the plugin needs them, or asks whether they are there."""
    text = template.read_text(encoding="utf-8")
    room = template.relative_to(CODE).parts[0]
    text = re.sub(r"\{% include [^%]* ignore missing %\}", "", text)
    used = [HELPERS.get(name, set()) for name in re.findall(r"\bh\.(nx_\w+)", text)]
    used += [ASSETS.get(name, set()) for name in re.findall(r'\{% asset "(\w+)/', text)]
    used += [
        OWN_TEMPLATES.get(name, set())
        for name in re.findall(r'\{% (?:extends|include|import|from) "([^"]+)"', text)
        if not (CKAN_TEMPLATES / name).exists()
    ]
    allowed = rooms_needed(room) if room != "core" else {"core"}
    allowed |= {room_of(name) for name in re.findall(r'plugin_loaded\("(\w+)"\)', text)}
    assert [rooms for rooms in used if rooms and not rooms & allowed] == []


FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


def test_what_a_button_does_is_asked_with_and_without_scripts() -> None:
    """A step with effect is confirmed in a dialog; where no script runs, by a box of its form that must be ticked."""
    asked = 0
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        if template.name != "parts.html":
            assert "data-nx-confirm" not in text, template
        asked += text.count("parts.asks(")
        inside = [form for form in FORM.findall(text) if "parts.asks(" in form]
        assert sum(form.count("parts.asks(") for form in inside) == text.count("parts.asks("), template
        assert all("parts.asked_without_scripts(" in form for form in inside), template
    assert asked > 5
