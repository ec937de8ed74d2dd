"""What providers send to us: stored first, read afterwards."""
