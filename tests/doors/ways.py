"""Every way into the site, found in its own lists: actions with their parameters, routes with their arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from ckan import logic
from werkzeug.routing import Rule

from ckanext.nxopendata.portal.mcp import tools as mcp

METHODS = ("GET", "HEAD", "POST")

DOCUMENTED = re.compile(r":param (?:[\w ]+ )?(\w+)[:,]")
READ = re.compile(r"""(?:data_dict|data|params|args|form|values)(?:\.get(?:list)?\(|\.pop\(|\[)\s*["'](\w+)["']""")
REQUIRED = re.compile(r"""get_or_bust\(\w+, ?\[?["'](\w+)["']""")
NAMED = re.compile(r"""(?:text|texts|integer|flag|limit|offset|_number)\(\w+, ?["'](\w+)["']""")


@dataclass(frozen=True)
class Action:
    """An action of the registry."""

    name: str
    parameters: tuple[str, ...]
    reads: bool
    """Whether it may be asked for by GET."""


def actions() -> list[Action]:
    """All actions that the API offers, with the parameters that their documentation and source name."""
    logic.get_action("status_show")  # CKAN collects its actions at the first call
    return [
        Action(name, tuple(sorted(_parameters(action) | {"id"})), bool(getattr(action, "side_effect_free", False)))
        for name, action in sorted(logic._actions.items())
    ]


@dataclass(frozen=True)
class Tool:
    """A tool of the MCP server."""

    name: str
    parameters: tuple[str, ...]


def tools() -> list[Tool]:
    """All tools that programs may call at ``/mcp``."""
    return [Tool(tool.name, tuple(sorted(tool.schema["properties"]))) for tool in mcp.list_tools()]


def call_tool(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the request that calls a tool."""
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


@cache  # reading the sources of all takes seconds
def _parameters(action: Any) -> frozenset[str]:
    names: set[str] = set()
    for link in _links(action):
        names |= {*DOCUMENTED.findall(inspect.getdoc(link) or ""), *_read_in(link)}
    return frozenset(names)


def _links(action: Any) -> Iterator[Any]:
    """An action and all that it wraps or chains."""
    waiting, seen = [action], set()
    while waiting:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [*getattr(link, "args", ()), getattr(link, "func", None), getattr(link, "__wrapped__", None)]
        waiting += [cell.cell_contents for cell in getattr(link, "__closure__", None) or () if _is_function(cell)]
        waiting = [one for one in waiting if callable(one)]


def _is_function(cell: Any) -> bool:
    try:
        return callable(cell.cell_contents)
    except ValueError:  # an empty cell
        return False


@cache
def _read_in(function: Any) -> set[str]:
    source = _source(function)
    return {name for pattern in (READ, REQUIRED, NAMED) for name in pattern.findall(source)}


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


@cache
def _read_in_module(name: str | None) -> frozenset[str]:
    module = inspect.sys.modules.get(name or "")  # type: ignore[attr-defined]
    return frozenset(_read_in(module)) if module else frozenset()


@dataclass(frozen=True)
class Route:
    """A rule of the site's map, with one method."""

    rule: Rule
    method: str
    parameters: tuple[str, ...]
    """What its view reads from the query or the form."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.rule.endpoint})"


def routes(app: Any) -> list[Route]:
    """All routes of the site, a method each."""
    found = []
    for rule in app.flask_app.url_map.iter_rules():
        view = inspect.unwrap(app.flask_app.view_functions.get(rule.endpoint))
        view = getattr(view, "view_class", view)
        names = tuple(sorted(_read_in(view) | _read_in_module(getattr(view, "__module__", None))))
        found += [Route(rule, method, names) for method in METHODS if method in (rule.methods or ())]
    return sorted(found, key=lambda route: (route.rule.rule, route.rule.endpoint, route.method))
