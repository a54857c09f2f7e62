"""The form of the action: what the user fills in, under the documented keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from typing_extensions import TypedDict, override

from pieces_common.http.message import HttpMethod
from pieces_framework import (
    DropdownOption,
    DropdownState,
    JsonValue,
    Property,
    PropertyBase,
)
from pieces_framework.property.dynamic import DynamicProperties
from pieces_framework.property.loaded_choice import Dropdown

from .body import BODY_TYPES, NO_BODY, WITHOUT_BODY, children_of

if TYPE_CHECKING:
    from pieces_framework import InputValue, PropertyContext
    from pieces_framework.auth import AnyAuth

Properties: TypeAlias = "Mapping[str, PropertyBase[Any]]"
_Declared: TypeAlias = "tuple[Callable[..., PropertyBase[Any]], Mapping[str, Any]]"
"""A class of properties, and the keywords that are our own."""


class PropertyOverride(TypedDict, total=False):
    """What may be said otherwise of a built-in property; the rest stays as it is."""

    display_name: str
    description: str
    required: bool
    default_value: JsonValue
    advanced: bool
    placeholder: str
    width: Literal["half", "full"]
    icon: str


class PropertyOverrides(TypedDict, total=False):
    """What may be said otherwise of the built-in properties, by the names that steps store."""

    url: PropertyOverride
    method: PropertyOverride
    headers: PropertyOverride
    queryParams: PropertyOverride
    body_type: PropertyOverride
    body: PropertyOverride
    response_is_binary: PropertyOverride
    failsafe: PropertyOverride
    timeout: PropertyOverride
    followRedirects: PropertyOverride


class _BodyType(Dropdown["str | None"]):
    """Its default is the form's: a step from before there were body types has none in a run."""

    @override
    def parse(self, raw: InputValue) -> object:
        return None if raw is None else self.coerce(raw)


class _Body(DynamicProperties["Mapping[str, Any] | None"]):
    """In a step from before there were body types it is the body itself, a list or text too."""

    @override
    def coerce(self, raw: InputValue) -> Any:  # whatever the flow supplies
        return super().coerce(raw) if isinstance(raw, Mapping) else raw


def form(
    *,
    auth: AnyAuth | None,
    base_url: Callable[[Any], str],
    overrides: PropertyOverrides,
    extra: Properties,
) -> dict[str, PropertyBase[Any]]:
    """Return the properties of the action: the built-in ones, then those of the author."""
    given = cast("Mapping[str, Mapping[str, Any]]", overrides)
    built_in = {**_request(auth, base_url), **_body(auth), **_SETTINGS}
    made = {
        name: make(**{**ours, **given.get(name, {})}) for name, (make, ours) in built_in.items()
    }
    return {**made, **extra}


def form_problems(overrides: PropertyOverrides, extra: Properties) -> Iterator[str]:
    """Name each override that is of no built-in property, or of what none has; each name taken."""
    for name, options in cast("Mapping[str, object]", overrides).items():
        if name not in _BUILT_IN:
            yield f"`props` names `{name}`; the built-in properties are {_listed(_BUILT_IN)}"
        if not isinstance(options, Mapping):
            yield f"`props` gives `{name}` no dict of what to say otherwise, but {options!r}"
        elif unknown := sorted(cast("Mapping[str, object]", options).keys() - _OVERRIDABLE):
            known = _listed(sorted(_OVERRIDABLE))
            yield f"`props` gives `{name}` {_listed(unknown)}; a built-in property takes {known}"
    for name in extra:
        if name in _BUILT_IN:
            yield f"`extra_props` holds `{name}`, a built-in property; change that by `props`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map("`{}`".format, names))


def _request(auth: AnyAuth | None, base_url: Callable[[Any], str]) -> dict[str, _Declared]:
    def url(context: PropertyContext[Any]) -> Properties:
        connected = auth is None or context.auth is not None
        return {
            "url": Property.ShortText(
                display_name="URL",
                description="A path of the service, or a whole URL",
                required=True,
                default_value=base_url(context.auth) if connected else "",
            )
        }

    methods = [DropdownOption(method.value, method.value) for method in HttpMethod]
    return {
        "url": (
            Property.DynamicProperties,
            {"display_name": "", "required": True, "refreshers": [], "auth": auth, "props": url},
        ),
        "method": (
            Property.StaticDropdown,
            {
                "display_name": "Method",
                "required": True,
                "options": methods,
                "default_value": HttpMethod.GET.value,
            },
        ),
        "headers": (
            Property.Object,
            {
                "display_name": "Headers",
                "description": "The credentials of your connection are added to these",
            },
        ),
        "queryParams": (
            Property.Object,
            {"display_name": "Query Parameters", "description": "Added to the query of the URL"},
        ),
    }


def _body(auth: AnyAuth | None) -> dict[str, _Declared]:
    return {
        "body_type": (
            _BodyType,
            {
                "display_name": "Body Type",
                "default_value": NO_BODY,
                "refreshers": ["method"],
                "auth": auth,
                "options": _body_types,
            },
        ),
        "body": (
            _Body,
            {
                "display_name": "Body",
                "refreshers": ["body_type", "method"],
                "auth": auth,
                "props": _body_children,
            },
        ),
    }


def _body_types(context: PropertyContext[Any]) -> DropdownState[str]:
    bodiless = context.props_value.get("method") in WITHOUT_BODY
    offered = [NO_BODY] if bodiless else BODY_TYPES
    return DropdownState([DropdownOption(BODY_TYPES[each], each) for each in offered])


def _body_children(context: PropertyContext[Any]) -> Properties:
    if context.props_value.get("method") in WITHOUT_BODY:
        return {}
    return children_of(context.props_value.get("body_type"))


_BUILT_IN: Final = tuple(PropertyOverrides.__annotations__)
_OVERRIDABLE: Final = frozenset(PropertyOverride.__annotations__)
_SETTINGS: Final[Mapping[str, _Declared]] = {
    "response_is_binary": (
        Property.Checkbox,
        {
            "display_name": "Response is Binary",
            "description": "Keep the answer as a file: a PDF, an image",
            "default_value": False,
            "advanced": True,
        },
    ),
    "failsafe": (
        Property.Checkbox,
        {
            "display_name": "Return Error as Output",
            "description": "The step succeeds when the request fails, and puts out the error",
            "advanced": True,
        },
    ),
    "timeout": (
        Property.Number,
        {
            "display_name": "Timeout",
            "description": "The most seconds to wait for the answer; empty or 0: half a minute",
            "advanced": True,
        },
    ),
    "followRedirects": (
        Property.Checkbox,
        {
            "display_name": "Follow redirects",
            "description": "Go where an answer of 3xx leads, rather than put it out",
            "default_value": False,
            "advanced": True,
        },
    ),
}
