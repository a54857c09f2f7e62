"""Pages of other sites must not write with what a browser remembers: keys, or a place in a network.

Source: the `Origin` and `Sec-Fetch-Site` headers, which no page can set or leave out itself.
"""

from http import HTTPMethod
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from pieces_server.errors import CrossSiteError

_READING: Final = {HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS}
_OURS: Final = {"same-origin", "none"}
"""From a page of the instance's own, or from nobody's: a bookmark, a link in a letter."""


# Without `async`, each request would wait for a thread.
async def refuse_cross_site(request: Request) -> None:
    """Refuse what a page of another site has a browser send; tools send neither header.

    Raises:
        CrossSiteError: if it is more than a question.
    """
    if request.method not in _READING and not _is_ours(request):
        raise CrossSiteError


def _is_ours(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("origin")  # of an older browser, or one without TLS
    if origin is None:
        return True
    try:  # ports do not count: proxies leave them out of `Host`
        return urlsplit(origin).hostname == request.url.hostname
    except ValueError:  # one of them is no address
        return False
