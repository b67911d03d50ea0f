"""The web server of the container image; see gunicorn's settings for each name."""

import gc
import os
from typing import Any

bind = "0.0.0.0:5000"
workers = int(os.environ.get("NX_WEB_WORKERS", "4"))
threads = 4
timeout = 120
graceful_timeout = 20
# Workers report their life through files; /tmp may be slow, shared memory is not.
worker_tmp_dir = "/dev/shm"  # noqa: S108  no data of ours: gunicorn opens and unlinks a file there
# A worker is renewed now and then, so that a leak in a library never adds up.
max_requests = 5000
max_requests_jitter = 500
accesslog = "-"
access_log_format = '%({x-forwarded-for}i)s "%(r)s" %(s)s %(b)s %(M)sms'
# Only the reverse proxy shares a network with the port.
forwarded_allow_ips = "*"
# No header of a request says where the site is mounted or which page is asked for (SCRIPT_NAME, PATH_INFO).
forwarder_headers = ""


def post_worker_init(worker: Any) -> None:
    """Leave what stays as long as the process out of garbage collection, once the site is loaded.

    Looking through half a million objects takes a fifth of a second, in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
