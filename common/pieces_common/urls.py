"""Addresses of services, put together from their parts."""

from __future__ import annotations

from pieces_framework.errors import FatalError


def join_url(base_url: str, path: str) -> str:
    """Return `path` below `base_url`, with exactly one slash between the two.

    >>> join_url("https://api.example.com/v1/", "/orders?state=open")
    'https://api.example.com/v1/orders?state=open'

    Raises:
        FatalError: if `base_url` has a query or a fragment, which end an address.
    """
    if "?" in base_url or "#" in base_url:
        from .http.message import shown_url

        raise FatalError(
            f"the base URL `{shown_url(base_url)}` has a query or fragment: no path can follow",
            hint="end the base URL with its path; give each request what belongs to its query",
        )
    return f"{base_url.rstrip('/')}/{path.lstrip('/')}"
