"""What tests do with what Redis keeps of earlier requests."""

from ckanext.nxopendata.core.caching import state
from ckanext.nxopendata.core.redis import client


def finish_settling() -> None:
    """Let the time pass in which a change reaches the index."""
    client().delete(state.redis_key("changing"))


def forget_limits() -> None:
    """Let everybody ask anew, whatever was counted."""
    if keys := list(client().scan_iter("nx:limit:*", count=1000)):
        client().delete(*keys)
