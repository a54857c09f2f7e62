"""Calling what a form asks a piece for: the options of a property, or its children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from typing_extensions import TypeIs

from pieces_framework.context import PropertyContext
from pieces_framework.errors import AuthorCodeError, PieceNotFoundError
from pieces_framework.piece import Piece
from pieces_framework.property import DropdownOption, DropdownState, properties_of, props_problems
from pieces_framework.property.declaration import PropertyBase
from pieces_framework.property.dynamic import DynamicProperties
from pieces_framework.property.loaded_choice import Dropdown, MultiSelectDropdown
from pieces_framework.run_context import Services
from pieces_framework.wire import JsonValue, json_problem

from .boundary import author_code
from .credentials import auth_value, part_masker

LoadedProperty: TypeAlias = "Dropdown[Any] | MultiSelectDropdown[Any] | DynamicProperties[Any]"
"""A property whose options or children an author's function loads."""


def loaded_properties(properties: Mapping[str, PropertyBase[Any]]) -> dict[str, LoadedProperty]:
    """Return those of `properties` that load something, by name."""
    return {
        name: declared
        for name, declared in properties.items()
        if isinstance(declared, Dropdown | MultiSelectDropdown | DynamicProperties)
    }


async def run_loader(
    piece: Piece[Any],
    name: str,
    property_name: str,
    *,
    auth: JsonValue,
    props: Mapping[str, JsonValue],
    services: Services,
    search_value: str | None = None,
) -> dict[str, JsonValue]:
    """Call the loader of a property of the action or trigger `name`.

    Args:
        piece: the piece that has the action or trigger.
        name: its name.
        property_name: the name of a dropdown that loads, or of dynamic properties.
        auth: the connection's raw value; `None` while the user has chosen none.
        props: what the other inputs hold so far; they are not checked.
        services: what the loader's context offers.
        search_value: what the user searches for.

    Returns:
        `{"type": T, "options": O}`. T is the property's kind. O is the state of a dropdown, with
        `options`, `disabled` and `placeholder`; for `DYNAMIC` the metadata of each child by name.

    Raises:
        PieceNotFoundError: if there is no such property, or it loads nothing.
        PieceError: as for `run_action`.
    """
    part = piece.find(name)
    loading = loaded_properties(properties_of(part.props))
    if property_name not in loading:
        named = ", ".join(f"`{each}`" for each in loading)
        raise PieceNotFoundError(
            f"`{name}` has no property `{property_name}` that loads anything",
            hint=f"those that do are {named}" if named else "none of its properties does",
        )
    prop, called = loading[property_name], f"{name}.{property_name}"
    with author_code(called, part_masker(part, auth, props, {})):
        context = PropertyContext(
            auth=None if auth is None else auth_value(part, auth),
            props_value=props,
            search_value=search_value,
            server=services.server,
            project=services.project,
            flows=services.flows,
            connections=services.connections,
            step=services.step,
        )
        loaded: object = await prop.load(context)
        if problem := loaded_problem(prop, loaded):
            raise AuthorCodeError(
                f"the loader of `{called}` {problem}",
                hint="return a `DropdownState`, from `DynamicProperties` a dict of properties",
            )
        return {"type": prop.kind, "options": _document(loaded)}


# loaded: whatever an author's loader returns
def loaded_problem(prop: LoadedProperty, loaded: Any) -> str:
    """Say what is wrong with what a loader returned; empty if nothing is."""
    if isinstance(prop, DynamicProperties):
        return _children_problem(loaded)
    if not _is_state(loaded):
        return f"returned `{type(loaded).__name__}`, not a `DropdownState`"
    options: object = getattr(loaded, "options", None)  # whatever an author put there
    if not _is_sequence(options):
        return f"returned `options` that are `{type(options).__name__}`, not a list"
    strangers = [type(each).__name__ for each in options if not isinstance(each, DropdownOption)]
    if strangers:
        return f"returned `{strangers[0]}` among its options, not a `DropdownOption`"
    return json_problem(loaded.metadata(), "options")


def _is_state(value: object) -> TypeIs[DropdownState[Any]]:
    return isinstance(value, DropdownState)


def _is_sequence(value: object) -> TypeIs[Sequence[object]]:
    return isinstance(value, Sequence)


def _children_problem(children: Any) -> str:  # whatever an author's loader returns
    try:
        properties_of(children)
        return "; ".join(props_problems(children))
    except (AttributeError, TypeError):
        return f"returned `{type(children).__name__}`, not properties"


def _document(loaded: Any) -> JsonValue:  # what `loaded_problem` has nothing against
    if isinstance(loaded, DropdownState):
        return loaded.metadata()
    return {name: child.metadata() for name, child in properties_of(loaded).items()}
