"""What only the package index refuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pieces_server.errors import ApiError

from .negotiation import Form

if TYPE_CHECKING:
    from pathlib import Path


class NotAcceptableError(ApiError):
    """The client takes no form of the page that there is. Source: PEP 691 recommends this."""

    status = HTTPStatus.NOT_ACCEPTABLE
    code = "NOT_ACCEPTABLE"

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"there is no form of the page that fits {wanted[:200]!r}",
            hint="ask for one of " + ", ".join(f"`{form.value}`" for form in Form),
        )


class RangeError(ApiError):
    """The client wants a part of a file from behind its end."""

    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    code = "RANGE_NOT_SATISFIABLE"

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"the file has {size_bytes} bytes, and the range begins behind them")
        self.headers = {"Content-Range": f"bytes */{size_bytes}"}


class MethodError(ApiError):
    """The index is only read."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "METHOD_NOT_ALLOWED"
    headers = {"Allow": "GET, HEAD"}  # noqa: RUF012

    def __init__(self, method: str) -> None:
        super().__init__(f"the package index takes no {method}", hint="upload to `/legacy/`")


class LostFileError(ApiError):
    """A row names a file that is not in the data folder any more.

    Args:
        path: where it should be.
    """

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "SERVICE_UNAVAILABLE"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the instance has lost the file `{path.name}`",
            hint="an administrator can upload the same bytes again, or restore a backup",
        )
