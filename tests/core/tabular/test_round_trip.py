"""A table written in any way is read back equal, or the reader says that something is wrong; never neither."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from .written_tables import compare, write


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_a_table_is_read_back_equal_or_told(seed: int) -> None:
    written = write(Random(seed), workbooks=0.05)
    with tempfile.TemporaryDirectory() as folder:
        assert compare(written, Path(folder)) in ("equal", "told"), written.style


def test_the_comparison_sees_a_table_that_was_read_wrong(tmp_path: Path) -> None:
    written = write(Random(1), workbooks=0)
    written.rows.append(["x"] * len(written.header))
    assert compare(written, tmp_path).startswith("rows ")
