"""Load, latency and capacity runs: they print tables of ratios and percentiles, and are no timed tests."""
