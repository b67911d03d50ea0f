"""What a worker of the local web server does once it has loaded the site; its other settings stand in services.py."""

import gc
from typing import Any

forwarder_headers = ""
"""No header of a request says where the site is mounted or which page is asked for (SCRIPT_NAME, PATH_INFO): gunicorn
believes whoever comes from this machine, and a proxy on it may pass on what a reader wrote."""


def post_worker_init(worker: Any) -> None:
    """Leave what stays as long as the process out of garbage collection.

    Looking through half a million objects takes a fifth of a second, in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
