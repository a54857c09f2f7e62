"""What the commands that publish take alike: the instance, its key, and the reason of a break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pieces_cli.prompts import answer, choice, has_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .client import InstanceClient

FROM_ENVIRONMENT: Final = "Env Variable (AP_API_KEY)"
BY_HAND: Final = "Manually"
MAX_REASON_CHARACTERS: Final = 500
"""The longest reason that an instance keeps."""


def allowed_break(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return the reason of `--allow-breaking` if an instance will take it."""
    if value is not None and not 0 < len(value.strip()) <= MAX_REASON_CHARACTERS:
        raise click.BadParameter(f"give a reason of 1 to {MAX_REASON_CHARACTERS} characters.")
    return value and value.strip()


api_url_option: Final = click.option(
    "--api-url", "--apiUrl", help="The instance, with or without /api; or AP_API_URL."
)
allow_breaking_option: Final = click.option(
    "--allow-breaking",
    metavar="REASON",
    callback=allowed_break,
    help="Publish a version too low for what it breaks; the instance keeps REASON.",
)


def open_client(
    root: Path, api_url: str | None, *, asks: bool, sleep: Callable[[float], object] | None = None
) -> InstanceClient:
    """Return a client of the instance that a workspace publishes to.

    Args:
        root: of the workspace.
        api_url: what `--api-url` gave.
        asks: whether to ask at a terminal for what nothing gave.
        sleep: waits for so many seconds while the instance is busy.

    Raises:
        click.UsageError: if the address or the key is missing.
        PieceError: if one of them, or the network's settings, cannot be used.
    """
    import time

    from .client import WAITS_S, InstanceClient
    from .instance_settings import instance_settings

    settings = instance_settings(root)
    asks = asks and has_terminal()
    url = api_url or settings.api_url
    if url is None and asks:
        url = answer(None, "Enter the API URL", flag="--api-url")
    key = settings.api_key
    if key is None and asks:
        key = _asked_key()
    if url is None or key is None:
        missing = "--api-url (or AP_API_URL)" if url is None else "AP_API_KEY"
        raise click.UsageError(
            f"Missing {missing}: set it in the environment or in the workspace's .env file.",
            ctx=click.get_current_context(),
        )
    return InstanceClient.at(url, key, waits_s=WAITS_S, sleep=sleep or time.sleep)


def _asked_key() -> str | None:
    source = choice(
        None,
        "Enter the API Key Source",
        flag="AP_API_KEY",
        choices=(FROM_ENVIRONMENT, BY_HAND),
        default=BY_HAND,
    )
    if source != BY_HAND:
        return None
    return answer(None, "Enter the API Key", flag="AP_API_KEY", hidden=True)
