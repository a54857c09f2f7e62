"""Addresses of services, put together from their parts."""

from __future__ import annotations


def join_url(base_url: str, path: str) -> str:
    """Return `path` below `base_url`, with exactly one slash between the two.

    >>> join_url("https://api.example.com/v1/", "/orders?state=open")
    'https://api.example.com/v1/orders?state=open'
    """
    return f"{base_url.rstrip('/')}/{path.lstrip('/')}"
