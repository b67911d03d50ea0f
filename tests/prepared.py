"""A state of the database that many tests begin with: made once, kept as a template, copied for each of them.

Each test may then change what it likes, whatever the others did. What stands outside CKAN's database (search index,
datastore, files) is not kept: a prepared state has no datasets.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from ckan import model
from ckan.plugins import toolkit as tk
from psycopg2 import connect, sql
from sqlalchemy.engine import make_url

from ckanext.nxopendata.core.caching import state

from .caches import forget_limits

T = TypeVar("T")

_made: dict[str, Any] = {}
"""Name of a template of this process -> what its maker returned."""


def begin_with(name: str, make: Callable[[], T]) -> T:
    """Put the database into the state that ``make`` left it in, and return what it returned.

    Args:
        name: of the state, in small letters and underscores.
        make: called once in a process, may begin with another prepared state; must close no connection of its own.
    """
    if name not in _made:
        _made[name] = make()
        model.Session.commit()
        _copy(_own(), f"prepared_{name}")
    else:
        _copy(f"prepared_{name}", _own())
        forget_limits()
    return copy.deepcopy(_made[name])


def _own() -> str:
    return str(make_url(tk.config["sqlalchemy.url"]).database)


def _copy(source: str, target: str) -> None:
    model.Session.remove()
    assert model.meta.engine is not None
    model.meta.engine.dispose()
    address = make_url(tk.config["sqlalchemy.url"]).set(database="postgres").render_as_string(hide_password=False)
    connection = connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (%s, %s)", (source, target)
        )
        names = {"source": sql.Identifier(source), "target": sql.Identifier(target)}
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {target} WITH (FORCE)").format(**names))
        cursor.execute(sql.SQL("CREATE DATABASE {target} TEMPLATE {source}").format(**names))
        if target == _own():  # a setting of the database, which a copy does not have (see local/services.py)
            cursor.execute(sql.SQL("ALTER DATABASE {target} SET nxopendata.purge = 'on'").format(**names))
    connection.close()
    state.invalidate()
