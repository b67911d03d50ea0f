"""``deployment/demo [up|status|url|logs|stop|reset]``: the demonstration site.

``NX_DEMO_INSTANCE`` names another one beside it, with its own data under ``var/``; ``NX_DEMO_PORT`` is its
port unless ``--port`` says otherwise.
"""

import argparse
import collections
import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from string import Template

from local import services
from local.problem import Problem, told_plainly
from local.seed import people
from local.stack import (
    ROOT,
    VAR,
    Stack,
    port_is_free,
    resident_bytes,
    say,
    total_bytes,
    wait_until,
    write_private,
)

DEFAULT_PORT = int(os.environ.get("NX_DEMO_PORT", "5000"))
SERVICES = ("postgres", "redis", "solr", "data", "web")
START_SECONDS = 120


def up(stack: Stack, port: int | None) -> None:
    """Make a site that answers and has harvested its departments. Idempotent."""
    started = time.monotonic()
    moved = port not in (None, stack.state.ports.get("web"))
    if moved or not _all_healthy(stack):
        _start(stack, port)
    _load(stack)
    _print_summary(stack, time.monotonic() - started)


def _start(stack: Stack, port: int | None) -> None:
    web = port or stack.state.ports.get("web") or DEFAULT_PORT
    if web == stack.state.ports.get("web"):
        stack.stop()
    if not port_is_free(web):
        raise Problem(
            f"端口 {web} 已被别的程序占用。请换一个端口：deployment/demo up --port {web + 1}",
            f"port {web} is in use by another program. Choose another: deployment/demo up --port {web + 1}",
        )
    stack.stop()
    say("准备数据库、Redis 和 Solr", "preparing the services")
    stack.state.ports["web"] = web
    stack.prepare()
    services.initialise(stack)
    ini = write_ini(stack)
    backing = services.backing_programs(stack, durable=True)
    stack.write_supervisor_conf(backing)
    stack.start_supervisor()
    _await(stack, ("postgres", "redis", "solr"))
    services.prepare_databases(stack, ini)
    services.build_script_translations(stack, ini)
    say("启动网站", "starting the site")
    stack.write_supervisor_conf([*backing, *services.site_programs(stack)])
    added, _, _ = stack.rpc.reloadConfig()[0]
    for name in added:
        stack.rpc.addProcessGroup(name)
    _await(stack, SERVICES)
    if stack.state.site not in ("", site_url(stack)):
        say("网址或索引的结构变了，重建检索索引", "the address or the schema changed; rebuilding the index")
        services.ckan(stack, ini, "search-index", "rebuild")
    stack.state.site = site_url(stack)
    stack.save()


def write_ini(stack: Stack) -> Path:
    """Write the CKAN configuration of the demonstration site."""
    template = Template((ROOT / "deployment" / "local" / "demo.ini.in").read_text(encoding="utf-8"))
    values = {
        "site_url": site_url(stack),
        "secret": stack.state.passwords["secret"] + stack.state.passwords["admin"],
        "database": services.url(stack, "postgres"),
        "datastore_write": services.url(stack, "postgres", "datastore"),
        "datastore_read": services.datastore_read_url(stack),
        "solr": services.url(stack, "solr"),
        "redis": services.url(stack, "redis"),
        "storage": stack.folder / "storage",
        "licences": VAR / "licences.json",
    }
    ini = stack.folder / "ckan.ini"
    write_private(ini, template.substitute(values))
    return ini


def site_url(stack: Stack) -> str:
    return f"http://localhost:{stack.state.ports['web']}"


def _all_healthy(stack: Stack) -> bool:
    return stack.running() and all(services.healthy(stack, service) for service in SERVICES)


def _await(stack: Stack, names: tuple[str, ...]) -> None:
    for name in names:
        if not wait_until(lambda name=name: services.healthy(stack, name), seconds=START_SECONDS):
            raise Problem(
                f"{name} 没有启动。请查看 deployment/demo logs {name}。",
                f"{name} did not start. See deployment/demo logs {name}.",
            )


def _load(stack: Stack) -> None:
    """Register the departments and harvest them; unchanged records cost nothing the second time."""
    say("登记部门和采集来源", "registering departments and their sources")
    for person in people():
        stack.state.passwords.setdefault(person.name, secrets.token_urlsafe(12))
    stack.save()
    loaded = str(stack.folder / "loaded.json")
    command = [sys.executable, "-m", "local.seed", str(stack.folder / "ckan.ini"), services.url(stack, "data"), loaded]
    passwords = json.dumps(stack.state.passwords)
    with (stack.logs / "seed.log").open("w", encoding="utf-8") as log:
        result = subprocess.run(command, check=False, input=passwords, stderr=log, text=True, cwd=ROOT)
    if result.returncode:
        raise Problem(
            "演示数据没有载入。请查看 deployment/demo logs seed，修正后重试。",
            "the demonstration data was not loaded. See deployment/demo logs seed, then try again.",
        )


def _print_summary(stack: Stack, seconds: float) -> None:
    loaded = json.loads((stack.folder / "loaded.json").read_text(encoding="utf-8"))
    print("\n采集结果 · harvested")
    for source in loaded["sources"]:
        print(f"  {source['title']}（{source['name']}）：{source['summary']}")
    print(f"  共 {loaded['datasets']} 个数据集 · {loaded['datasets']} datasets")
    print(f"\n网站 · site      {site_url(stack)}/")
    print("登录 · sign-ins")
    for user in loaded["users"]:
        print(f"  {user['name']:<14} {user['password']:<24}   {user['role']}")
    print(f"  （口令保存在 {stack.state_file}）")
    print(f"\n用时 {seconds:.0f} 秒。停止：deployment/demo stop；清除：deployment/demo reset")


def status(stack: Stack) -> int:
    """Print every process and whether each service answers; 0 when all is well."""
    processes = stack.processes()
    if not processes:
        print("演示站点没有运行 · the demo is not running. deployment/demo")
        return 1
    for process in processes:
        memory = resident_bytes(process["pid"]) / 1024**2 if process["pid"] else 0
        print(f"{process['name']:<10} {process['statename']:<9} pid {process['pid']:<8} {memory:6.0f} MiB")
    print(f"{'':<10} {'合计 total':<22} {total_bytes(stack) / 1024**2:6.0f} MiB")
    healthy = {service: services.healthy(stack, service) for service in SERVICES}
    for service, answers in healthy.items():
        print(f"{service:<10} {'正常 answers' if answers else '没有应答 does not answer'}")
    print(site_url(stack))
    return 0 if all(healthy.values()) else 1


def logs(stack: Stack, program: str | None, lines: int) -> None:
    """Print the end of each program's log, or of one."""
    files = sorted(stack.logs.glob(f"{program or '*'}.log"))
    if not files:
        known = "、".join(sorted(file.stem for file in stack.logs.glob("*.log")))
        raise Problem(f"没有 {program} 的日志。可选：{known}。", f"no log of {program}. There are: {known}.")
    for file in files:
        print(f"── {file}")
        with file.open(encoding="utf-8", errors="replace") as text:
            print("".join(collections.deque(text, maxlen=lines)))


@told_plainly
def main() -> int:
    parser = argparse.ArgumentParser(prog="deployment/demo", description="演示站点 · the demonstration site")
    parser.add_argument("command", nargs="?", default="up", choices=["up", "status", "url", "logs", "stop", "reset"])
    parser.add_argument("program", nargs="?", help="logs: 哪个程序 · of which program")
    parser.add_argument("--port", type=int, help=f"网站的端口，默认 {DEFAULT_PORT} · the site's port")
    parser.add_argument("--lines", type=int, default=40, help="logs: 行数 · how many lines")
    arguments = parser.parse_args()
    stack = Stack(os.environ.get("NX_DEMO_INSTANCE", "demo"))
    if arguments.command == "status":
        return status(stack)
    if arguments.command == "url":
        print(site_url(stack))
        return 0
    if arguments.command == "logs":
        logs(stack, arguments.program, arguments.lines)
        return 0
    with stack.lock():
        if arguments.command == "up":
            up(stack, arguments.port)
        elif arguments.command == "stop":
            stack.stop()
            say("已停止", "stopped")
        else:
            stack.reset()
            say("已清除演示站点和全部数据", "the demo and its data are gone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
