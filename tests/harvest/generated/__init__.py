"""Realistic Chinese catalogues with a scripted history, served in every format; for tests and benchmarks."""
