"""One example for each kind of auth."""
