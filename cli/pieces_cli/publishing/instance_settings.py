"""Which instance a workspace publishes to, and with which key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pieces_cli.dotenv import setting

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class InstanceSettings:
    """What the environment says, else the workspace's `.env` file; an empty value is none."""

    api_url: str | None
    """`AP_API_URL`, as it is written."""
    api_key: str | None = field(repr=False)
    """`AP_API_KEY`, as it is written."""


def instance_settings(root: Path) -> InstanceSettings:
    """Return the settings of the workspace in the folder `root`.

    Raises:
        EnvFileError: if its `.env` file cannot be read.
    """
    return InstanceSettings(
        api_url=setting(root, "AP_API_URL"), api_key=setting(root, "AP_API_KEY")
    )
