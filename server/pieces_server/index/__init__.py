"""The package index at `/simple/`, as installers read it."""
