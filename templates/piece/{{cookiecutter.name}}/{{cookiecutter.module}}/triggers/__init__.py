"""The triggers, a module each."""
