"""Bringing a piece to a public package index."""
