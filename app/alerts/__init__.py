"""What needs somebody, and the channels that tell people who are elsewhere."""
