"""Which addresses are the same service's, and so may see the same credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .transport import Url


def is_same_service(origin: Url, target: Url) -> bool:
    """Whether `target` may see the credentials sent to `origin`: the same host, no less secure."""
    unchanged = (origin.scheme, origin.port) == (target.scheme, target.port)
    upgraded = origin.port is None and target.port is None and target.scheme == "https"
    return target.host == origin.host and (unchanged or upgraded)
