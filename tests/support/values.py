"""What one property makes of one value."""

from __future__ import annotations

from typing import Any

import pytest

from pieces_framework import PropsError
from pieces_framework.errors import Problem
from pieces_framework.property import InputValue, PropertyBase, PropsDeclaration, parse_values


def taken(
    declared: PropertyBase[Any], raw: InputValue, schema: PropsDeclaration | None = None
) -> Any:
    """Return the run value of `raw`; with `schema`, by the children that the step stored."""
    schemas = {} if schema is None else {"p": schema}
    return parse_values({"p": declared}, {"p": raw}, schemas=schemas)["p"]


def absent(declared: PropertyBase[Any]) -> Any:
    """Return the run value where the flow supplies nothing."""
    return parse_values({"p": declared}, {})["p"]


def refused(
    declared: PropertyBase[Any], raw: InputValue, schema: PropsDeclaration | None = None
) -> Problem:
    """Return why `raw` is refused; fail if it is not."""
    with pytest.raises(PropsError) as caught:
        taken(declared, raw, schema)
    return caught.value.problems["p"]
