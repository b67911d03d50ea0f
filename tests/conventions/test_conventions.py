"""Conventions of the house that a machine can guard."""

import inspect
import re
import shlex
from pathlib import Path

import click
import pytest
from ckan.authz import auth_functions_list
from ckan.logic import _actions, get_action
from ckan.plugins import IClick, PluginImplementations

from ckanext.nxopendata.core.cli import nx

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

pytestmark = pytest.mark.usefixtures("with_plugins")


def our_actions() -> dict[str, object]:
    get_action("status_show")  # fills the cache
    return {name: action for name, action in _actions.items() if name.startswith("nx_")}


def test_every_action_has_a_docstring_and_an_auth_function() -> None:
    actions = our_actions()
    guarded = set(auth_functions_list())
    assert actions
    for name, action in actions.items():
        assert inspect.getdoc(action), f"{name} has no docstring"
        assert name in guarded, f"{name} has no auth function"


def command_lines() -> list[tuple[str, str]]:
    """Every command line in the documents' code blocks, with the document's name."""
    lines = []
    for document in DOCS:
        for block in re.findall(r"```(?:bash|sh|console)\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
            joined = block.replace("\\\n", " ")
            lines += [(document.name, line.strip().removeprefix("$ ")) for line in joined.splitlines() if line.strip()]
    return lines


def test_the_documents_show_commands() -> None:
    assert any(line.startswith("deployment/demo") for _, line in command_lines())


@pytest.mark.parametrize(("document", "line"), [pair for pair in command_lines() if pair[1].startswith("deployment/")])
def test_a_script_that_a_document_names_exists(document: str, line: str) -> None:
    script = next(
        word for word in shlex.split(line, comments=True) if word.startswith(("deployment/", "./deployment/"))
    )
    assert (ROOT / script).exists(), f"{document}: {line}"


@pytest.mark.parametrize(
    ("document", "line"), [pair for pair in command_lines() if re.search(r"(ckan|deployment/ckan)\b.* nx ", pair[1])]
)
def test_a_ckan_command_that_a_document_shows_exists(document: str, line: str) -> None:
    for plugin in PluginImplementations(IClick):
        plugin.get_commands()  # rooms hang their groups into ``nx`` here
    words = shlex.split(line, comments=True)
    words = words[words.index("nx") + 1 :]
    command: click.Command = nx
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        assert name in command.commands, f"{document}: {line}: no command {name}"
        command = command.commands[name]
    options = {option for parameter in command.params for option in parameter.opts}
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in options, f"{document}: {line}: no option {word}"
