"""Workspaces: the companies that live side by side and never see each other."""
