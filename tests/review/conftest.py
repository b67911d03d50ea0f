"""Fixtures of the review."""

import pytest

from tests.review.people import People


@pytest.fixture
def people() -> People:
    """The people of a department and of the office, made after the database was emptied."""
    return People()
