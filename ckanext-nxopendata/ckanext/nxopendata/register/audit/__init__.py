"""Audit: exports that can be verified, samples that can be drawn again, findings."""
