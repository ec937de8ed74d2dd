"""What only a browser can tell: scripts, live updates, widths, keys."""
