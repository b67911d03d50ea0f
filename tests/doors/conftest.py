"""A site a module, made once: these tests ask very many questions and change little."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from .site import OPTIONS, Site


@pytest.fixture
def site_options(monkeypatch: pytest.MonkeyPatch, with_plugins: None) -> None:
    """Datasets are reviewed, by an office."""
    for key, value in OPTIONS.items():
        monkeypatch.setitem(tk.config, key, value)


@pytest.fixture
def people(request: pytest.FixtureRequest, site_options: None) -> Site:
    """The site of a module."""
    module: Any = request.module
    if not hasattr(module, "_site"):
        request.getfixturevalue("clean_db")
        request.getfixturevalue("clean_index")
        request.getfixturevalue("clean_queues")
        module._site = Site()
    return module._site


@pytest.fixture
def answers(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The site as a web server has it: what fails inside is answered, not raised."""
    monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
    return app
