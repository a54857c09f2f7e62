"""Looks at the instance that a workspace publishes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pieces_cli.publishing.instance_settings import instance_settings
from pieces_framework.errors import PieceError

from .look import failed, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .look import Look

_TIMEOUT_S: Final = 10.0


def looks_at_instance(root: Path) -> Iterator[Look]:
    """Look whether an instance is set, answers, and takes the key; the key is never shown."""
    try:
        settings = instance_settings(root)
    except PieceError as error:
        yield failed("instance", error)
        return
    for name, value, example in (
        ("AP_API_URL", settings.api_url, "http://127.0.0.1:8080"),
        ("AP_API_KEY", settings.api_key, "sk-..."),
    ):
        if value is None:
            hint = f"to publish, set it in the environment or in `.env`: {name}={example}"
            yield warning("instance", f"{name} is not set", hint)
    if settings.api_url and settings.api_key:
        yield _look_at_answer(settings.api_url, settings.api_key)


def _look_at_answer(url: str, key: str) -> Look:
    """Ask the instance for some version; one that may be read without a key takes any."""
    from pieces_cli.publishing.client import InstanceClient
    from pieces_cli.publishing.instance_address import api_address, check_key
    from pieces_cli.publishing.presence import PresentQuery

    some = PresentQuery(distribution="piece-gelato", version="0.0.0", source_digest="0" * 64)
    try:
        address = api_address(url)
        with InstanceClient(api_url=address, key=check_key(key), timeout_s=_TIMEOUT_S) as client:
            client.present([some])
    except PieceError as error:
        return failed("instance", error)
    return ok("instance", f"`{address}` answers, and takes the key")
