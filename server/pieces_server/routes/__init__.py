"""The instance's routes, a module for each part of its API."""
