"""Bringing a piece to an instance."""
