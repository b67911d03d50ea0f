"""A look at the running demonstration site from outside; collected only when ``NX_DEMO_URL`` says where it is."""

import os

import pytest
import requests


@pytest.fixture(scope="session")
def site() -> str:
    return os.environ["NX_DEMO_URL"].rstrip("/")


@pytest.fixture(scope="session")
def found(site: str) -> list[dict]:
    """Every public dataset."""
    answer = requests.get(f"{site}/api/3/action/package_search", {"q": "*:*", "rows": 1000}, timeout=30)
    answer.raise_for_status()
    return answer.json()["result"]["results"]


@pytest.fixture(scope="session")
def harvested(found: list[dict]) -> list[dict]:
    """Those of the departments' catalogues; the register of cases the site publishes itself."""
    return [dataset for dataset in found if dataset["name"] != "banjian-gongkai"]
