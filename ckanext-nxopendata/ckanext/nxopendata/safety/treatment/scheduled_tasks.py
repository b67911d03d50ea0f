"""Recipes are followed again when a file has another content."""

from __future__ import annotations

from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.safety.treatment import jobs


def schedule_tasks() -> None:
    """Look for originals with another content every few minutes."""
    schedule("*/5 * * * *", "safety treatments", follow_recipes)


def follow_recipes() -> dict[str, int]:
    """Treat anew what was treated before and changed."""
    return {"treated": sum(1 for _ in jobs.follow_again())}
