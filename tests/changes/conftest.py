"""The changes are tried with harvested datasets: the harvest's own fixtures serve."""

from tests.harvest.conftest import department, tables, web

__all__ = ["department", "tables", "web"]
