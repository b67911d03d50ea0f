"""Programs of the site, started by a supervisor of their own as the demonstration site starts them."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from local import services
from local.stack import ROOT, Program, Stack, wait_until


def stack_of_services() -> Stack:
    """The stack whose PostgreSQL, Redis and Solr these tests use."""
    return Stack(os.environ["NX_TEST_STACK"])


def write_ini(stack: Stack, **options: object) -> Path:
    """A configuration like that of the tests, with other options."""
    ini = stack.folder / "ckan.ini"
    lines = [f"{key} = {value}" for key, value in options.items()]
    text = (ROOT / "test.ini").read_text(encoding="utf-8").replace("%(here)s", str(ROOT))
    ini.write_text(text.replace("[loggers]", "\n".join([*lines, "", "[loggers]"])), encoding="utf-8")
    return ini


@contextlib.contextmanager
def beside(name: str) -> Iterator[Stack]:
    """A stack for programs that use the services of the tests: it has a supervisor of its own, and none of them."""
    services_of = stack_of_services()
    stack = Stack(f"{services_of.name}-{name}")
    stack.stop()
    stack.logs.mkdir(parents=True, exist_ok=True)
    stack.state.ports.update(services_of.state.ports)
    stack.state.passwords.update(services_of.state.passwords)
    stack.state.ports["supervisor"] = free_port()
    stack.save()
    try:
        yield stack
    finally:
        stack.reset()


def start(stack: Stack, *programs: Program) -> None:
    """Start programs with the environment that tells them where the services are."""
    environment = services.ckan_environment(stack_of_services())
    stack.write_supervisor_conf([with_environment(program, environment) for program in programs])
    stack.start_supervisor()
    assert wait_until(stack.running, 20)


def with_environment(program: Program, environment: dict[str, str]) -> Program:
    program.environment.update(environment)
    return program


def pid(stack: Stack, name: str) -> int:
    return next((process["pid"] for process in stack.processes() if process["name"] == name), 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
