"""One example for each property."""
