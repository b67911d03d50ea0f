"""A department and datasets that look like the demonstration's."""

from collections.abc import Callable
from typing import Any

import pytest
from ckan.tests import factories

from .samples import DATASET

Act = Callable[..., Any]

CKANS_OWN = {"id", "metadata_modified", "owner_org", "name", "title", "notes", "resources"}


@pytest.fixture
def department() -> dict:
    return factories.Organization(
        name="wlt",
        title_translated={"zh": "自治区文化和旅游厅", "en": "Department of Culture and Tourism"},
        nx_uscc="91110000600037341L",
    )


@pytest.fixture
def create(call: Act, department: dict) -> Callable[..., dict]:
    """Create a dataset of the department: ``create(title_translated={"zh": ...})``."""

    def create_dataset(**fields: Any) -> dict:
        values = {key: value for key, value in DATASET.items() if key not in CKANS_OWN}
        values |= {"owner_org": department["id"], "nx_related_codes": [], "resources": [_resource()]}
        return call("package_create", **(values | fields))

    return create_dataset


def _resource() -> dict[str, Any]:
    kept = {"name", "description", "format", "mimetype", "size", "hash", "nx_file_name"}
    given = DATASET["resources"][0]
    return {key: value for key, value in given.items() if key in kept} | {"url": "https://wlt.example/名录.csv"}
