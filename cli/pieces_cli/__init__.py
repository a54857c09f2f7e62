"""The `pieces` command."""
