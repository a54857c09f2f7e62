"""`create_custom_api_call_action`: the action is declared by how the service is reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, Unpack, overload

from typing_extensions import TypedDict

from pieces_framework import Action, DefinitionError, JsonValue, PropertyBase
from pieces_framework.auth import AnyAuth, AuthBase
from pieces_framework.calling import source_of
from pieces_framework.part import unknown_problem

from .call import Api, AuthLocation, Credentials, Values, custom_api_call
from .destination import host_problems
from .form import PropertyOverrides, form, form_problems

if TYPE_CHECKING:
    from pieces_framework import Classification

T = TypeVar("T")
T2 = TypeVar("T2")

CustomApiCall: TypeAlias = Action[T, Values, Mapping[str, JsonValue]]
"""The action. What it puts out is `{"status", "headers", "body"}`."""
AuthMapping: TypeAlias = Callable[[T, Values], Credentials | Awaitable[Credentials]]
"""Makes the credentials of the connection's value and of what the user filled in."""
PlainAuthMapping: TypeAlias = Callable[[T], Credentials | Awaitable[Credentials]]
"""Makes the credentials of the connection's value alone."""
ManyAuths: TypeAlias = tuple[
    AuthBase[Any], AuthBase[Any], AuthBase[Any], *tuple[AuthBase[Any], ...]
]
"""Three or more: what a function is given then is not told by the types."""


class CustomApiCallOptions(TypedDict, total=False):
    """What `create_custom_api_call_action` takes besides what depends on the auth."""

    name: str
    """The identifier flows store; `custom_api_call` by default."""
    display_name: str
    """What the user reads; `Custom API Call` by default."""
    description: str
    props: PropertyOverrides
    """What to say otherwise of the built-in properties: `{"headers": {"required": True}}`."""
    extra_props: Mapping[str, PropertyBase[Any]]
    """More properties, after the built-in ones; `auth_mapping` finds their values."""
    auth_location: AuthLocation
    """Whether what `auth_mapping` returns are headers, the default, or a part of the query."""
    classification: Classification
    """What a call does to the service's data; `WRITE` by default, as anything may be called."""
    allowed_hosts: Sequence[str]
    """Hosts that get the credentials besides that of the base URL: `files.example.com`."""


@overload
def create_custom_api_call_action(
    *,
    auth: None = None,
    base_url: Callable[[None], str],
    auth_mapping: AuthMapping[None] | None = None,
    **options: Unpack[CustomApiCallOptions],
) -> CustomApiCall[None]: ...
@overload
def create_custom_api_call_action(
    *,
    auth: AuthBase[T],
    base_url: Callable[[T], str],
    auth_mapping: AuthMapping[T] | None = None,
    **options: Unpack[CustomApiCallOptions],
) -> CustomApiCall[T]: ...
@overload
def create_custom_api_call_action(
    *,
    auth: AuthBase[T],
    base_url: Callable[[T], str],
    auth_mapping: PlainAuthMapping[T],
    **options: Unpack[CustomApiCallOptions],
) -> CustomApiCall[T]: ...
@overload
def create_custom_api_call_action(
    *,
    auth: tuple[AuthBase[T], AuthBase[T2]],
    base_url: Callable[[T | T2], str],
    auth_mapping: AuthMapping[T | T2] | None = None,
    **options: Unpack[CustomApiCallOptions],
) -> CustomApiCall[T | T2]: ...
@overload
def create_custom_api_call_action(
    *,
    auth: tuple[AuthBase[T], AuthBase[T2]],
    base_url: Callable[[T | T2], str],
    auth_mapping: PlainAuthMapping[T | T2],
    **options: Unpack[CustomApiCallOptions],
) -> CustomApiCall[T | T2]: ...
@overload
def create_custom_api_call_action(
    *,
    auth: ManyAuths,
    base_url: Callable[[Any], str],
    auth_mapping: AuthMapping[Any] | PlainAuthMapping[Any] | None = None,
    **options: Unpack[CustomApiCallOptions],
) -> CustomApiCall[Any]: ...
def create_custom_api_call_action(
    *,
    auth: AnyAuth | None = None,
    base_url: Callable[[Any], str],
    auth_mapping: AuthMapping[Any] | PlainAuthMapping[Any] | None = None,
    **options: Unpack[CustomApiCallOptions],
) -> CustomApiCall[Any]:
    """Return an action by which a user calls any endpoint of the service.

    Args:
        auth: the piece's auth, a tuple of several, or `None` for a service that needs none.
        base_url: returns the URL that what the user fills in is a path of. It also fills the
            form in, so it asks nobody.
        auth_mapping: returns the credentials, given the connection's value and, if it needs a
            second argument, what the user filled in; `async def` or `def`, which runs in a thread.
            They go to the host of the base URL and to `allowed_hosts` only; as headers they win
            over the user's.
        **options: see `CustomApiCallOptions`.

    Raises:
        DefinitionError: if there is a keyword that is none of these, or one has mistakes.
    """
    from pieces_framework import Audience, Classification

    name = options.get("name", "custom_api_call")
    if problems := [*_problems(f"action `{name}`{source_of(base_url)}", auth_mapping, options)]:
        raise DefinitionError(problems)
    api = Api(
        base_url=base_url,
        auth_mapping=None if auth_mapping is None else _taking_two(auth_mapping),
        auth_location=AuthLocation(options.get("auth_location", AuthLocation.HEADERS)),
        allowed_hosts=tuple(options.get("allowed_hosts", ())),
    )
    # Messages shall name the author's function, not ours.
    function = update_wrapper(partial(custom_api_call, api), base_url)
    return Action(
        function=function,
        name=name,
        display_name=options.get("display_name", "Custom API Call"),
        description=options.get("description", "Make a custom API call to a specific endpoint"),
        auth=auth,
        require_auth=auth is not None,
        props=form(
            auth=auth,
            base_url=base_url,
            overrides=options.get("props", {}),
            extra=options.get("extra_props", {}),
        ),
        audience=Audience.HUMAN,
        classification=options.get("classification", Classification.WRITE),
    )


_KEYWORDS: Final = (
    "auth",
    "base_url",
    "auth_mapping",
    *sorted(CustomApiCallOptions.__annotations__),
)


def _problems(
    where: str, auth_mapping: Callable[..., Any] | None, options: CustomApiCallOptions
) -> Iterator[str]:
    if unknown := [each for each in options if each not in _KEYWORDS]:
        yield unknown_problem(where, unknown, "create_custom_api_call_action", _KEYWORDS)
    if auth_mapping is not None and _argument_count(auth_mapping) is None:
        yield f"{where}: `auth_mapping` must be a function of one argument, or of two"
    location = options.get("auth_location", AuthLocation.HEADERS)
    if location not in list(AuthLocation):
        known = ", ".join(f"`AuthLocation.{each.name}`" for each in AuthLocation)
        yield f"{where}: `auth_location` is {location!r}; it is one of {known}"
    for problem in (
        *host_problems(options.get("allowed_hosts", ())),
        *form_problems(options.get("props", {}), options.get("extra_props", {})),
    ):
        yield f"{where}: {problem}"


def _taking_two(mapping: Callable[..., Any]) -> AuthMapping[Any]:
    return mapping if _argument_count(mapping) == 2 else lambda auth, _values: mapping(auth)


def _argument_count(mapping: Callable[..., Any]) -> Literal[1, 2] | None:
    """Return with how many arguments to call `mapping`; two if it needs both."""
    from inspect import Parameter, signature

    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    try:
        declared = signature(mapping)
        needed = [
            each
            for each in declared.parameters.values()
            if each.kind in positional and each.default is Parameter.empty
        ]
        count: Literal[1, 2] = 2 if len(needed) > 1 else 1
        declared.bind(*[None] * count)
    except (TypeError, ValueError):  # it is no function, needs others, or does not say
        return None
    return count
