"""Links to the next page: `Link` headers, and where a link may lead."""

from __future__ import annotations

import re
from typing import Final

from pieces_framework import FatalError

from .header_parameters import parameters
from .services import is_same_service

_LINK: Final = re.compile(
    r"""[\s,]* <(?P<target>[^>]*)> (?P<parameters>(?: [^",] | "(?:[^"\\]|\\.)*" )*)""", re.VERBOSE
)


def link_to_next(header: str) -> str | None:
    """Return the first target of a `Link` header whose relation is `next`.

    Source: RFC 8288, section 3.

    >>> link_to_next('</a?page=1>; rel="first", </a?page=3>; title="a, b"; rel="last next"')
    '/a?page=3'
    """
    at = 0
    while link := _LINK.match(header, at):
        if "next" in parameters(link["parameters"]).get("rel", "").lower().split():
            return link["target"]
        at = link.end()
    return None


def resolved(link: str, url: str) -> str:
    """Return the absolute URL of a link that the answer of `url` held.

    The result has the user and password of `url`, whatever `link` says.

    Raises:
        FatalError: if the link leads to another service, which must not get the credentials.
    """
    from .transport import absolute_url, joined_url  # httpx takes long to import

    here = absolute_url(url)
    there = joined_url(here, link.strip())
    if there is None:
        raise FatalError(
            f"`{here.host}` links to a next page that is no address of the web",
            hint="look up where the service puts the link, and pass that as `next_url`",
        )
    if not is_same_service(here, there):
        raise FatalError(
            f"`{here.host}` links to a next page of another service,"
            f" `{there.scheme}://{there.netloc.decode()}`",
            hint="request it yourself if the service says so: it would get the credentials",
        )
    return str(there.copy_with(userinfo=here.userinfo, fragment=None))
