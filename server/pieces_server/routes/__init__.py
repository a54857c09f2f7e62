"""The instance's routes, a module with a `router` for each part of its API, and what they share."""
