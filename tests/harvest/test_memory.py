"""Large catalogues do not need large memory."""

from benchmarks import harvest_memory


def test_rdf_that_is_kept_on_disk_takes_no_memory_for_its_size():
    found = harvest_memory.measure("turtle", 17)
    assert found["records"] > 9_000
    assert found["peak"] - found["before"] < 5 * found["size"]  # held in memory a graph takes 20 times its size
