"""Measurements, as ratios against a floor that is taken in the same run. ``python -m tests.bench [name…]`` prints them; pytest does not run them."""
