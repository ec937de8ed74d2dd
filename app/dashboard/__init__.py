"""Totals of the workspace, by day."""
