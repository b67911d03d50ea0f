"""The yearly evaluation: indicators, scores, procedure."""
