"""``python -m local.wait STACK SERVICE... -- COMMAND``: become COMMAND once the services answer."""

import os
import sys

from local import services
from local.stack import Stack, wait_until


def main() -> int:
    separator = sys.argv.index("--")
    name, *wanted = sys.argv[1:separator]
    command = sys.argv[separator + 1 :]
    stack = Stack(name)
    for service in wanted:
        if not wait_until(lambda service=service: services.healthy(stack, service), seconds=120, step=0.3):
            print(f"{service} does not answer; supervisor tries again", file=sys.stderr)
            return 1
    os.execvp(command[0], command)  # never returns
    return 0


if __name__ == "__main__":
    sys.exit(main())
