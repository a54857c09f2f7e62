"""From a change to the version that it asks for."""
