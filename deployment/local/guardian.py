"""``python -m local.guardian STACK``: brings supervisor back when supervisor itself is killed.

Supervisor restarts its programs, this one among them; nobody would restart supervisor. The kernel ends
the other programs with their parent (``setpriv --pdeathsig``), so the ports are free for the new one.
"""

import os
import sys
import time

from local.stack import Stack, wait_until


def main() -> int:
    stack = Stack(sys.argv[1])
    # Not "has my parent changed": supervisor may die before this process has begun to look.
    supervisor = int((stack.folder / "supervisord.pid").read_text(encoding="ascii"))
    while os.getppid() == supervisor:
        time.sleep(1)
    if stack.stopped_file.exists():
        return 0
    wait_until(lambda: not list(stack.pids()), seconds=15)
    stack.start_supervisor()
    return 0


if __name__ == "__main__":
    sys.exit(main())
