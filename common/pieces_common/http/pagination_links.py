"""Links to the next page: `Link` headers, and where a link may lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from pieces_framework import FatalError

_TARGET: Final = re.compile(r"[\s,]*<([^>]*)>")
_PARAMETER: Final = re.compile(
    r"""\s*;\s*([^\s=;,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?"""
)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def link_to_next(header: str) -> str | None:
    """Return the first target of a `Link` header whose relation is `next`.

    Source: RFC 8288, section 3.

    >>> link_to_next('</a?page=1>; rel="first", </a?page=3>; title="a, b"; rel="last next"')
    '/a?page=3'
    """
    for target, relations in _links(header):
        if "next" in relations.lower().split():
            return target
    return None


def _links(header: str) -> Iterator[tuple[str, str]]:
    """Yield the target and the relations of each link, up to what is no link."""
    at = 0
    while target := _TARGET.match(header, at):
        at = target.end()
        relations = None
        while parameter := _PARAMETER.match(header, at):
            at = parameter.end()
            name, quoted, plain = parameter.groups()
            if name.lower() == "rel" and relations is None:  # a second one is to be ignored
                relations = plain or re.sub(r"\\(.)", r"\1", quoted or "")
        yield target[1], relations or ""


def resolved(link: str, url: str) -> str:
    """Return the absolute URL of a link that the answer of `url` held.

    The result has the host, port, user and password of `url` itself, whatever `link` looks like
    to another reader of URLs.

    Raises:
        FatalError: if the link leads to another service, which must not get the credentials.
    """
    here = urlsplit(url)
    try:
        there = urlsplit(urljoin(url, link.strip()))
        is_ours = _service(there) == _service(here) or _is_upgrade(here, there)
    except ValueError:
        raise FatalError(f"`{here.hostname}` links to a next page that is no URL") from None
    if not is_ours:
        raise FatalError(
            f"`{here.hostname}` links to a next page of another service,"
            f" `{there.scheme}://{there.hostname}`",
            hint="request it yourself if the service says so: it would get the credentials",
        )
    return there._replace(netloc=here.netloc, fragment="").geturl()


def _service(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _DEFAULT_PORTS.get(url.scheme)


def _is_upgrade(here: SplitResult, there: SplitResult) -> bool:
    """Whether the way leads from http to https of the same host, as redirects may."""
    schemes = (here.scheme, there.scheme)
    is_same_host = here.hostname == there.hostname and here.port is None and there.port is None
    return is_same_host and schemes == ("http", "https")
