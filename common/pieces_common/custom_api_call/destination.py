"""Where a request goes, and whether the credentials of the connection may go there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pieces_common.urls import join_url
from pieces_framework import FatalError, PieceError

if TYPE_CHECKING:
    from pieces_common.http.transport import Url

_WHOLE: Final = ("http://", "https://")
_HOST: Final = re.compile(r"(?:[\w.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class Destination:
    """The address of one request."""

    url: str
    takes_credentials: bool


def destination(url: object, base_url: str, allowed_hosts: Sequence[str]) -> Destination:
    """Return where to send what the user filled in as `url`.

    A whole URL stays as it is, and takes credentials if it is of the service of the base URL, or
    of an allowed host that is reached no less securely. All else is a path below the base URL.

    Raises:
        FatalError: if `url` is empty or not text, one of the two is no URL, or the base URL has a
            query or a fragment where a path is to follow it.
    """
    if not isinstance(url, str) or not url:
        raise FatalError(
            "the custom API call has no `url.url`",
            hint="fill in a path of the service, or a whole URL",
        )
    if not url.startswith(_WHOLE):
        return Destination(join_url(base_url, url), takes_credentials=True)
    from pieces_common.http.services import is_same_service
    from pieces_common.http.transport import absolute_url

    base, target = absolute_url(base_url), absolute_url(url)
    is_known = is_same_service(base, target) or _is_allowed(target, base, allowed_hosts)
    return Destination(url, takes_credentials=is_known)


def host_problems(allowed_hosts: Sequence[str]) -> list[str]:
    """Name each allowed host that is none."""
    if isinstance(allowed_hosts, str):
        return ["`allowed_hosts` is a text; write a list of hosts"]
    return [
        f"`allowed_hosts` holds {host!r}; write a host in lower case and in its own letters,"
        " such as `api.example.com`, with its port if that is not the scheme's own"
        for host in allowed_hosts
        if not _can_be_reached(host)
    ]


def _is_allowed(target: Url, base: Url, allowed_hosts: Sequence[str]) -> bool:
    if target.scheme == "http" and base.scheme == "https":
        return False
    return _host_of(target) in allowed_hosts


def _can_be_reached(host: object) -> bool:
    """Whether there are URLs whose host is exactly `host`."""
    if not isinstance(host, str) or not _HOST.fullmatch(host):
        return False
    from pieces_common.http.transport import absolute_url

    try:
        return _host_of(absolute_url(f"https://{host}")) == host
    except PieceError:
        return False


def _host_of(url: Url) -> str:
    host = f"[{url.host}]" if ":" in url.host else url.host
    return host if url.port is None else f"{host}:{url.port}"
