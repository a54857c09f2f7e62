"""Requests to services: the client, what goes into a request, and how one fails."""
