"""``deployment/test [pytest arguments]``: the test suite on services of its own.

Without arguments the whole suite runs, a file at a time, on as many workers as the machine has processors
(``NX_TEST_WORKERS`` says otherwise); each worker has a PostgreSQL, a Redis and a Solr that no other one touches.
``NX_TEST_INSTANCE`` names another set of services, so that several runs do not meet; ``NX_TEST_KEEP=1`` leaves
the services running for the next run.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from local import services
from local.problem import Problem, told_plainly
from local.stack import ROOT, Stack, say, wait_until

BACKING = ("postgres", "redis", "solr")
MOST_WORKERS = 4
"""More would fill a laptop's memory: a worker and its services take about a gigabyte."""


def start(stack: Stack) -> None:
    if not stack.running():
        stack.stop()
        stack.prepare()
        services.initialise(stack)
        stack.write_supervisor_conf(services.backing_programs(stack, durable=False))
        stack.start_supervisor()
    for service in BACKING:
        if not wait_until(lambda service=service: services.healthy(stack, service), seconds=90):
            raise Problem(
                f"测试用的 {service} 没有启动。请查看 {stack.logs}/{service}.log。",
                f"the test's {service} did not start. See {stack.logs}/{service}.log.",
            )
    services.prepare_databases(stack, ROOT / "test.ini")
    services.allow_purge(stack)


def environment(stack: Stack) -> dict[str, str]:
    """What tells one worker's tests where their services are."""
    return services.ckan_environment(stack) | {"NX_TEST_STACK": stack.name}


def workers() -> int:
    default = 1 if sys.argv[1:] else min(os.cpu_count() or 1, MOST_WORKERS)
    return int(os.environ.get("NX_TEST_WORKERS", default))


@told_plainly
def main() -> int:
    name = f"test-{os.environ['NX_TEST_INSTANCE']}" if "NX_TEST_INSTANCE" in os.environ else "test"
    stacks = [Stack(name), *(Stack(f"{name}-worker-{number}") for number in range(1, workers()))]
    say("启动测试用的数据库、Redis 和 Solr", "starting the services for the tests")
    try:
        with ThreadPoolExecutor(len(stacks)) as pool:
            list(pool.map(start, stacks))
        command = [sys.executable, "-m", "pytest", f"--ckan-ini={ROOT / 'test.ini'}"]
        variables = os.environ | environment(stacks[0])
        if len(stacks) > 1:
            command += [f"--numprocesses={len(stacks)}", "--dist=loadfile"]
            by_worker = {f"gw{number}": environment(stack) for number, stack in enumerate(stacks)}
            variables["NX_TEST_SERVICES"] = json.dumps(by_worker)
        return subprocess.run([*command, *sys.argv[1:]], check=False, cwd=ROOT, env=variables).returncode
    finally:
        if not os.environ.get("NX_TEST_KEEP"):
            for stack in stacks:
                stack.stop()


if __name__ == "__main__":
    sys.exit(main())
