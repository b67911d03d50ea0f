"""What tests of kept pages do with the caches."""

from ckanext.nxopendata.core.caching import state
from ckanext.nxopendata.core.redis import client


def finish_settling() -> None:
    """Let the time pass in which a change reaches the index."""
    client().delete(state.redis_key("changing"))
