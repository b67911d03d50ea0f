"""Examination of a file by the rules in force, with the site's own key."""

from __future__ import annotations

import hashlib
from pathlib import Path

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.walkers import engine
from ckanext.nxopendata.safety.walkers.result import Report


def examine(path: Path, name: str) -> Report:
    """Return what stands in a file that a stranger sent.

    Args:
        name: what the file is called.
    """
    return engine.examine_apart(
        engine.Task(
            str(path), name, in_force.read_files(), hash_key(), today(), tk.config["ckanext.nxopendata.safety.seconds"]
        )
    )


def hash_key() -> bytes:
    """Return the key of the hashes of findings, derived from the site's secret."""
    return hashlib.sha256(f"nx safety findings\0{tk.config['SECRET_KEY']}".encode()).digest()
