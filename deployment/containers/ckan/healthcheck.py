"""``healthcheck.py web|worker``: exit code 0 when this container does its work, 1 with a line that says why not."""

import json
import os
import socket
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

STATUS_URL = "http://127.0.0.1:{port}/api/3/action/status_show"
# `ckan nx worker` tells every 5 s that it lives, idle or busy, and counts as dead after 20.
LONGEST_SILENCE = timedelta(seconds=20)


def check_web() -> None:
    """CKAN answers its API."""
    url = STATUS_URL.format(port=os.environ.get("NX_WEB_PORT", "5000"))
    with urllib.request.urlopen(url, timeout=8) as answer:  # noqa: S310  a fixed address on this machine
        if not json.load(answer)["success"]:
            sys.exit("status_show: not a success")


def check_worker(redis_url: str) -> None:
    """A job worker of this container told Redis lately that it lives."""
    from redis import Redis
    from rq import Worker

    connection = Redis.from_url(redis_url, socket_timeout=8)
    now = datetime.now(UTC)
    for worker in Worker.all(connection=connection):
        seen = worker.last_heartbeat
        if worker.hostname == socket.gethostname() and seen:
            if now - seen.replace(tzinfo=UTC) < LONGEST_SILENCE:
                return
            sys.exit(f"the worker {worker.name} was last seen at {seen}")
    sys.exit("no worker of this container is known to Redis")


def main(kind: str) -> None:
    if kind == "web":
        check_web()
    else:
        from entrypoint import addresses

        secrets = Path(os.environ.get("NX_SECRETS", "/run/secrets"))
        check_worker(addresses(os.environ, secrets)["CKAN_REDIS_URL"])


if __name__ == "__main__":
    if sys.argv[1:] not in (["web"], ["worker"]):
        sys.exit("Usage: healthcheck.py web|worker")
    main(sys.argv[1])
