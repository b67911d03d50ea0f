"""The changes are tried with harvested datasets: the harvest's own fixtures serve."""

from tests.harvest.conftest import department, harvest, tables, web

__all__ = ["department", "harvest", "tables", "web"]
