"""Reading the settings, and naming everything that is wrong with them at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from annotated_types import Ge, Le
from pydantic import SecretStr, ValidationError

from .documented import refusals
from .errors import SettingsError
from .instance_settings import PREFIX, DatabaseType, Settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_HINT: Final = "correct the environment and start again; --help lists the settings"


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: naming every setting that cannot be used, not only the first.
    """
    problems = refusals(os.environ)
    try:
        settings = Settings()
        problems += _home_problem(settings) + _database_problem(settings)
    except ValidationError as error:
        problems = [*map(_problem, error.errors()), *problems]
    else:
        if not problems:
            return settings
    if len(problems) == 1:
        raise SettingsError(problems[0], hint=_HINT)
    listed = "".join(f"\n  {problem}" for problem in problems)
    raise SettingsError(f"{len(problems)} settings cannot be used:{listed}", hint=_HINT)


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting's value must not be shown."""
    return SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))


def _home_problem(settings: Settings) -> list[str]:
    try:
        _ = settings.data_folder
    except RuntimeError:
        return [
            f"`AP_CONFIG_PATH` {str(settings.config_path)!r} begins with a home that is unknown"
        ]
    return []


def _database_problem(settings: Settings) -> list[str]:
    """An instance that is meant for PostgreSQL must not begin anew on SQLite without a word."""
    if settings.postgres_url is None or settings.db_type is DatabaseType.POSTGRES:
        return []
    return ["`AP_POSTGRES_URL` is set, but `AP_DB_TYPE` is not `POSTGRES`"]


def _problem(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    field = Settings.model_fields[name]
    got = "" if is_secret(field) else f", got {error['input']!r}"
    return f"`{PREFIX}{name.upper()}` {_demand(error, field)}{got}"


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
