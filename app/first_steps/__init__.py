"""The road of a new workspace, from nothing to its first campaign that was sent."""
