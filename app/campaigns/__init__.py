"""Campaigns: an audience turned into rows, and lanes that send them once each."""
