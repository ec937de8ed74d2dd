"""Measurements: each starts a house of its own, does real work over real HTTP, and says what it saw."""
