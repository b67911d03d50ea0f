"""One private set of services: its folder, ports, passwords, processes and their health."""

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from local.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
TAG = "NX_STACK"
"""Environment variable that marks every process of a stack, so that stopping can prove none is left."""

PRIVATE_PORTS = ("supervisor", "postgres", "redis", "solr", "data")
MINIMUM_FREE_BYTES = 2 * 1024**3


@dataclass(slots=True)
class State:
    """What a stack remembers between starts: ports and generated passwords."""

    ports: dict[str, int] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    schema: str = ""
    """Digest of the migrations that the databases went through."""
    site: str = ""
    """The site's address, as it stands in the search index."""
    texts: str = ""
    """Digest of the translations that the pages' scripts were built from."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process that supervisor keeps alive."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: str = "TERM"
    death_signal: str | None = "TERM"
    """Sent by the kernel when supervisor itself dies, so that nothing is orphaned; None for what outlives it."""
    directory: Path = ROOT


class Stack:
    """A named set of services whose data, configuration and logs live in ``var/<name>``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = VAR / name
        self.logs = self.folder / "logs"
        self.state_file = self.folder / "state.json"
        self.supervisor_file = self.folder / "supervisord.conf"
        self.stopped_file = self.folder / "stopped"

    @cached_property
    def state(self) -> State:
        if self.state_file.exists():
            stored = json.loads(self.state_file.read_text(encoding="utf-8"))
            return State(**{item.name: stored[item.name] for item in fields(State) if item.name in stored})
        return State()

    def save(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_private(self.state_file, json.dumps(asdict(self.state), indent=1))

    @property
    def tag(self) -> str:
        return str(self.folder)

    # Set-up

    def prepare(self) -> None:
        """Make the folders, choose free ports and passwords. Idempotent."""
        _require_disk_space()
        self.logs.mkdir(parents=True, exist_ok=True)
        for name in PRIVATE_PORTS:
            if not port_is_free(self.state.ports.get(name)):
                self.state.ports[name] = _free_port(taken=set(self.state.ports.values()))
        for name in ("supervisor", "postgres", "datastore", "redis", "secret", "admin"):
            self.state.passwords.setdefault(name, secrets.token_urlsafe(18))
        self.save()

    @cached_property
    def postgres_home(self) -> Path:
        """Where PostgreSQL keeps its data: ``var/``, unless its user cannot enter our folder."""
        if os.geteuid() != 0:
            return self.folder / "postgres"
        probe = [*as_user("postgres"), "test", "-x", str(self.folder)]
        if subprocess.run(probe, check=False, capture_output=True).returncode == 0:
            return self.folder / "postgres"
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path("/var/tmp") / f"nxopendata-{digest}"  # noqa: S108  closed to others, see services.init_postgres

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Only one command at a time changes the stack."""
        VAR.mkdir(exist_ok=True)
        with (VAR / f"{self.name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("另一条命令正在运行，等待它结束", "another command is running; waiting for it")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # Processes

    def write_supervisor_conf(self, programs: list[Program]) -> None:
        port, password = self.state.ports["supervisor"], self.state.passwords["supervisor"]
        sections = [
            "[supervisord]",
            f"logfile={self.logs}/supervisord.log",
            f"pidfile={self.folder}/supervisord.pid",
            f"childlogdir={self.logs}",
            "logfile_maxbytes=5MB",
            "silent=true",
            *(["user=root"] if os.geteuid() == 0 else []),
            f'environment={TAG}="{self.tag}",PYTHONUTF8="1",LANG="C.UTF-8"',
            "[inet_http_server]",
            f"port=127.0.0.1:{port}",
            "username=nx",
            f"password={password}",
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        ]
        for order, program in enumerate(programs):
            command = program.command
            if program.death_signal:
                prefix = as_user(program.user) if program.user and os.geteuid() == 0 else ["setpriv"]
                command = [*prefix, f"--pdeathsig={program.death_signal}", "--", *command]
            environment = ",".join(f'{k}="{_escaped(v)}"' for k, v in program.environment.items())
            sections += [
                f"[program:{program.name}]",
                "command=" + " ".join(_quoted(part) for part in command),
                f"directory={program.directory}",
                f"priority={order * 10}",
                f"stopsignal={program.stop_signal}",
                *([f"environment={environment}"] if environment else []),
                "autorestart=true",
                "startsecs=2",
                "startretries=30",
                "stopwaitsecs=20",
                "redirect_stderr=true",
                f"stdout_logfile={self.logs}/{program.name}.log",
                "stdout_logfile_maxbytes=5MB",
                "stdout_logfile_backups=1",
            ]
        write_private(self.supervisor_file, "\n".join(sections) + "\n")

    def start_supervisor(self) -> None:
        self.stopped_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self.supervisor_file)]
        result = subprocess.run(command, check=False, capture_output=True, text=True)
        if result.returncode:
            raise Problem(
                f"进程管理器没有启动：{result.stderr.strip()}。请查看 {self.logs}/supervisord.log。",
                f"supervisor did not start: {result.stderr.strip()}. See {self.logs}/supervisord.log.",
            )

    @property
    def rpc(self) -> Any:
        """supervisor's XML-RPC interface."""
        port, password = self.state.ports["supervisor"], self.state.passwords["supervisor"]
        return xmlrpc.client.ServerProxy(f"http://nx:{password}@127.0.0.1:{port}/RPC2").supervisor

    def running(self) -> bool:
        """Whether supervisor of this stack answers."""
        if "supervisor" not in self.state.ports:
            return False
        try:
            self.rpc.getState()
        except (OSError, xmlrpc.client.Error):
            return False
        return True

    def processes(self) -> list[dict[str, Any]]:
        return self.rpc.getAllProcessInfo() if self.running() else []

    def stop(self) -> None:
        """Stop everything of this stack; whatever does not listen is ended by its tag."""
        if not self.folder.exists():
            return
        self.stopped_file.touch()
        if self.running():
            with contextlib.suppress(OSError, xmlrpc.client.Error):
                self.rpc.shutdown()
        wait_until(lambda: not list(self.pids()), seconds=30)
        for kill in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, kill)
            if wait_until(lambda: not list(self.pids()), seconds=5):
                return

    def reset(self) -> None:
        """Stop and remove all data."""
        self.stop()
        home = self.postgres_home
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)

    def pids(self) -> Iterator[int]:
        """Processes that carry this stack's tag in their environment, except the caller."""
        wanted = f"{TAG}={self.tag}".encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)


def as_user(user: str) -> list[str]:
    """The start of a command line that runs the rest as ``user``; only root needs it."""
    group = pwd.getpwnam(user).pw_gid
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.2) -> bool:
    """Ask until ``condition`` holds; False when ``seconds`` have passed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(step)
    return condition()


def say(zh: str, en: str) -> None:
    """A line of progress."""
    print(f"▸ {zh} · {en}", flush=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read: it holds passwords."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def resident_bytes(pid: int) -> int:
    """Memory of one process, its shared part divided among those who share it (Pss); 0 when it is gone."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def total_bytes(stack: Stack) -> int:
    """Memory of all processes of ``stack``."""
    return sum(resident_bytes(pid) for pid in stack.pids())


def _quoted(part: str) -> str:
    return '"' + part.replace("%", "%%").replace('"', '\\"') + '"' if part else '""'


def _escaped(value: str) -> str:
    return value.replace("%", "%%").replace('"', '\\"')


def _require_disk_space() -> None:
    VAR.mkdir(exist_ok=True)
    free = shutil.disk_usage(VAR).free
    if free < MINIMUM_FREE_BYTES:
        raise Problem(
            f"磁盘只剩 {free / 1024**3:.1f} GB，至少需要 2 GB。请清理磁盘，或把项目移到别的磁盘。",
            f"only {free / 1024**3:.1f} GB of disk are free, 2 GB are needed. Free some space or move the project.",
        )


def port_is_free(port: int | None) -> bool:
    """Whether a server may listen on ``127.0.0.1:port``."""
    if not port:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port(taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in taken:
            return port
