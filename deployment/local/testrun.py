"""``deployment/test [pytest arguments]``: the test suite on services of its own.

``NX_TEST_INSTANCE`` names another instance, so that several runs do not meet; ``NX_TEST_KEEP=1`` leaves
the services running for the next run.
"""

import os
import subprocess
import sys

from local import services
from local.problem import Problem, told_plainly
from local.stack import ROOT, Stack, say, wait_until

BACKING = ("postgres", "redis", "solr")


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


@told_plainly
def main() -> int:
    stack = Stack(f"test-{os.environ['NX_TEST_INSTANCE']}" if "NX_TEST_INSTANCE" in os.environ else "test")
    say("启动测试用的数据库、Redis 和 Solr", "starting the services for the tests")
    try:
        start(stack)
        command = [sys.executable, "-m", "pytest", f"--ckan-ini={ROOT / 'test.ini'}", *sys.argv[1:]]
        environment = os.environ | services.ckan_environment(stack)
        return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode
    finally:
        if not os.environ.get("NX_TEST_KEEP"):
            stack.stop()


if __name__ == "__main__":
    sys.exit(main())
