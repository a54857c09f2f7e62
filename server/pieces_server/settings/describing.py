"""The settings that work, as `--help` and the reference show them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any, Final

from .instance_settings import Settings, setting_name

_WIDTH: Final = 79


@dataclass(frozen=True)
class Described:
    """A setting that works."""

    name: str
    default: str
    """As one would write it; empty without one. No setting that is secret has a default."""
    meaning: str


def described_settings() -> list[Described]:
    """Return the settings in the order in which they are declared."""
    return [
        Described(
            setting_name(name),
            _written(field.default),
            " ".join((field.description or "").split()),
        )
        for name, field in Settings.model_fields.items()
    ]


def settings_help() -> str:
    """Return what `--help` says about the settings, in lines of at most 79 columns."""
    lines = ["settings, taken from the environment:"]
    for each in described_settings():
        lines.append(f"  {each.name}" + (f" (default: {each.default})" if each.default else ""))
        lines += textwrap.wrap(
            each.meaning.replace("`", ""), _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6
        )
    return "\n".join(lines)


# The defaults are of as many types as there are settings.
def _written(default: Any) -> str:
    if isinstance(default, tuple):
        return ",".join(map(str, default))  # pyright: ignore[reportUnknownArgumentType]
    match default:
        case None:
            return ""
        case bool():
            return str(default).lower()
        case _:
            return str(default)
