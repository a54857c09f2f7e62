"""From what a flow supplies to the values of a run."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pieces_framework.errors import Problem, PropsError

from .declaration import InputValue, Rejected
from .props import PropsDeclaration, PropsT, properties_of

Schemas = Mapping[str, PropsDeclaration]
"""By the name of a `DynamicProperties`: the properties its step was filled in with."""
NO_SCHEMAS: Final[Schemas] = MappingProxyType({})


def parse_values(
    props: PropsDeclaration, raw: Mapping[str, InputValue], *, schemas: Schemas = NO_SCHEMAS
) -> dict[str, object]:
    """Check `raw` against `props` and return the run values by name; unknown keys are dropped.

    Raises:
        PropsError: with every missing or rejected value, not only the first.
    """
    values: dict[str, object] = {}
    problems: dict[str, Problem] = {}
    for name, declared in properties_of(props).items():
        value = raw.get(name)
        if type(value) in declared.exact and value != "":
            values[name] = value
            continue
        try:
            if value is None and name not in raw:
                values[name] = declared.parse_absent()
            elif schemas and name in schemas:
                values[name] = declared.parse_stored(value, schemas[name])
            else:
                values[name] = declared.parse(value)
        except Rejected as rejected:
            problems[name] = rejected.problem
        except RecursionError:
            problems[name] = f"{declared.expected}, received: a value nested too deeply"
    if problems:
        raise PropsError(problems)
    return values


def parse_props(
    props: type[PropsT], raw: Mapping[str, InputValue], *, schemas: Schemas = NO_SCHEMAS
) -> PropsT:
    """Check `raw` against a `Props` class and return an instance of it.

    Raises:
        PropsError: with every missing or rejected value, not only the first.
    """
    instance = props()
    instance.__values__ = parse_values(props, raw, schemas=schemas)
    return instance


def parse_declared(
    props: PropsDeclaration, raw: Mapping[str, InputValue], *, schemas: Schemas = NO_SCHEMAS
) -> object:
    """Check `raw` against either form; return an instance of the class, or a dict of run values.

    Raises:
        PropsError: with every missing or rejected value, not only the first.
    """
    if isinstance(props, type):
        return parse_props(props, raw, schemas=schemas)
    return parse_values(props, raw, schemas=schemas)
