"""The list of first steps: read from facts, put away, and kept current."""
