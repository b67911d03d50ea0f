"""Large catalogues do not need large memory."""

from benchmarks import harvest_memory


def test_rdf_that_is_kept_on_disk_takes_no_memory_for_its_size():
    found = harvest_memory.measure("turtle", 17)
    assert found["records"] > 9_000
    assert found["peak"] - found["before"] < 80  # MB; held in memory this graph takes 350
