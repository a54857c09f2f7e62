"""Polling triggers: how new is told from old, and where a trigger's items come from."""
