"""Reading the settings, and naming everything that is wrong with them at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from annotated_types import Ge, Le
from pydantic import SecretStr, ValidationError

from .documented import refusals
from .errors import SettingsError
from .instance_settings import Settings, setting_name

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_HINT: Final = "correct the environment and start again; --help lists the settings"


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: naming every setting that cannot be used, not only the first.
    """
    problems: dict[str, str] = {}
    settings = None
    try:
        settings = Settings()
    except ValidationError as error:
        problems = dict(map(_problem, error.errors()))
    problems |= refusals(os.environ)  # they say more than that a value is none
    if settings is not None and not problems:
        return settings
    if len(problems) == 1:
        raise SettingsError(*problems.values(), hint=_HINT)
    listed = "".join(f"\n  {problem}" for problem in problems.values())
    raise SettingsError(f"{len(problems)} settings cannot be used:{listed}", hint=_HINT)


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting's value must not be shown."""
    return SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))


def _problem(error: ErrorDetails) -> tuple[str, str]:
    """Return the name of a setting, and what is wrong with it."""
    field = str(error["loc"][0])
    info = Settings.model_fields[field]
    got = "" if is_secret(info) else f", got {str(error['input'])!r}"
    name = setting_name(field)
    return name, f"`{name}` {_demand(error, info)}{got}"


def _demand(error: ErrorDetails, field: FieldInfo) -> str:
    # A constraint of pydantic's own is any object that has the attribute.
    lowest: list[Any] = [each.ge for each in field.metadata if isinstance(each, Ge)]
    highest: list[Any] = [each.le for each in field.metadata if isinstance(each, Le)]
    if lowest and highest:
        return f"must be from {lowest[0]} to {highest[0]}"
    context = error.get("ctx", {})
    match error["type"]:
        case "enum":
            return "must be " + str(context["expected"]).replace("'", "")
        case "value_error":
            return str(context["error"])
        case _:
            return error["msg"]
