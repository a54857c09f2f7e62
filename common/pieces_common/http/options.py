"""What every request may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypedDict

from .authentication import Authentication
from .body import Body
from .query import QueryParams

if TYPE_CHECKING:
    from .rate_limit import RateLimit

DEFAULT_TIMEOUT_S: Final = 30.0
"""How long a request may take from first to last byte, redirects included."""
DEFAULT_MAX_RESPONSE_BYTES: Final = 50 * 2**20


class RequestOptions(TypedDict, total=False):
    """The keywords of `http_client.send_request` and `http_client.stream`; each may be left out."""

    headers: Mapping[str, str] | None
    """Win over every default, `authentication` included, whatever their case."""
    query_params: QueryParams | None
    """Added to the query that the URL has already."""
    body: Body
    """JSON, text, bytes, a stream of bytes, or a `MultipartBody`. What it is says its
    `Content-Type`, unless `headers` say another."""
    authentication: Authentication | None
    timeout_s: float | None
    """Seconds for one attempt, from first to last byte; 30 by default, `None` for no limit. Of a
    stream only the time that it is waited for counts."""
    retries: int
    """How many more times a request that fails for a passing reason is sent; 0 by default."""
    rate_limit: RateLimit | None
    """Is waited for before each attempt, that of the `authentication`."""
    follow_redirects: bool
    """With `False` an answer of 3xx is returned as it is."""
    max_response_bytes: int
    """How large the body of the answer may be, after decompression: 50 MB by default. A stream has
    no limit unless it is given."""
