"""What can be wrong with a declaration. All of it is found at once, when the piece is imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .action import Action
from .auth import AuthBase, auths_of
from .events import AppEvents
from .output_schema import OutputSchema
from .part import Part
from .presentation import (
    AiMetadata,
    Audience,
    Classification,
    ErrorHandlingOptions,
    PropertyGroup,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
)
from .property import Props, properties_of, props_problems
from .scheduling import cron_problem
from .trigger import Trigger, TriggerStrategy
from .versions import Version, VersionError
from .wire import json_problem

_NEEDED_HOOKS: Mapping[TriggerStrategy, Sequence[str]] = {
    TriggerStrategy.WEBHOOK: ("on_enable", "on_disable"),
    TriggerStrategy.APP_WEBHOOK: ("on_enable",),
}
_OPTIONS: Final[Mapping[str, tuple[type, str]]] = {
    "ai_metadata": (AiMetadata, "write `AiMetadata(...)`"),
    "audience": (Audience, "write a member of `Audience`, such as `Audience.AI`"),
    "classification": (
        Classification,
        "write a member of `Classification`, such as `Classification.READ`",
    ),
    "error_handling_options": (ErrorHandlingOptions, "write `ErrorHandlingOptions(...)`"),
    "handshake_configuration": (
        WebhookHandshakeConfiguration,
        "write `WebhookHandshakeConfiguration(...)`",
    ),
    "output_schema": (
        OutputSchema,
        "write `OutputSchema(fields=[...])`, or annotate the function to return a pydantic model",
    ),
    "renew_configuration": (WebhookRenewConfiguration, "write `WebhookRenewConfiguration(...)`"),
}
"""What options of a part must be unless they are left out, and what to write."""
_PROPS: Final = "declare a class that inherits from `Props`, or a dict of properties"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What `create_piece` was given, before it is a piece: names may be there twice."""

    display_name: str
    auths: Sequence[AuthBase[Any]]
    actions: Sequence[Action[Any, Any, Any]]
    triggers: Sequence[Trigger[Any, Any, Any, Any]]
    events: AppEvents | None
    minimum_supported_release: str | None
    maximum_supported_release: str | None

    def problems(self) -> list[str]:
        """Say what is wrong, where, and how to mend it; empty if nothing is."""
        parts: list[Part[Any, Any]] = [*self.actions, *self.triggers]
        mistyped = {part: problems for part in parts if (problems := [*_type_problems(part)])}
        readable = [part for part in parts if part not in mistyped]
        triggers = [trigger for trigger in self.triggers if trigger not in mistyped]
        return [
            *self._name_problems(),
            *self._release_problems(),
            *(problem for problems in mistyped.values() for problem in problems),
            *self._auth_problems(readable),
            *(problem for part in readable for problem in _property_problems(part)),
            *(problem for part in parts for problem in _hook_problems(part)),
            *(problem for trigger in triggers for problem in _trigger_problems(trigger)),
            *self._event_problems(),
        ]

    def _name_problems(self) -> Iterator[str]:
        if not self.display_name:
            yield "the piece has no display_name; pass the name of the service"
        for kind, declared in (("an action", self.actions), ("a trigger", self.triggers)):
            for name, count in Counter(each.name for each in declared).items():
                if not name.strip():
                    yield f"{kind} has no name; pass `name=`, the identifier that flows store"
                elif count > 1:
                    kinds = f"{kind.split()[1]}s"
                    yield f"{count} {kinds} are named `{name}`; give each its own name"
        triggers = {trigger.name for trigger in self.triggers}
        for name in dict.fromkeys(action.name for action in self.actions):
            if name and name in triggers:
                yield f"an action and a trigger are both named `{name}`; rename the newer one"

    def _release_problems(self) -> Iterator[str]:
        bounds: list[Version] = []
        for bound, release in (
            ("minimum_supported_release", self.minimum_supported_release),
            ("maximum_supported_release", self.maximum_supported_release),
        ):
            try:
                bounds += [] if release is None else [Version.parse(release)]
            except VersionError:
                yield f"the piece's {bound} is {release!r}; write `X.Y.Z`, such as `0.82.0`"
        if len(bounds) == 2 and bounds[0] > bounds[1]:
            yield f"the piece's releases begin at {bounds[0]} and end at {bounds[1]}; swap them"

    def _auth_problems(self, parts: Sequence[Part[Any, Any]]) -> Iterator[str]:
        for kind, count in Counter(auth.kind for auth in self.auths).items():
            if count > 1:
                yield f"the piece has {count} auths of the type `{kind}`; keep one of each type"
        for auth in self.auths:
            yield from (f"the auth `{auth.display_name}`: {problem}" for problem in auth.problems())
        for part in parts:
            if any(all(auth is not own for own in self.auths) for auth in part.auths):
                yield f"{part.where} has another auth than the piece: pass the piece's own, or none"
            for name, prop in properties_of(part.props).items():
                if any(
                    all(auth is not own for own in self.auths)
                    for auth in auths_of(getattr(prop, "auth", None))
                ):
                    yield (
                        f"{part.where}: property `{name}` has another auth than the piece:"
                        " pass the piece's own, or none"
                    )

    def _event_problems(self) -> Iterator[str]:
        for trigger in self.triggers:
            if trigger.strategy is not TriggerStrategy.APP_WEBHOOK:
                continue
            if self.events is None:
                yield (
                    f"{trigger.where} is an app webhook, and the piece has no events;"
                    " pass `events=AppEvents(...)` to `create_piece`"
                )
            elif self.events.verify is None:
                yield (
                    f"{trigger.where} is an app webhook, and nobody verifies its requests;"
                    " give `AppEvents` a `verify`"
                )


def _type_problems(part: Part[Any, Any]) -> Iterator[str]:
    """Say which options are of another type than declared: the rest cannot be looked at then."""
    for option, (expected, advice) in _OPTIONS.items():
        value: object = getattr(part, option, None)  # an action has no handshake
        if value is not None and not isinstance(value, expected):
            yield f"{part.where}: `{option}` is {_called(value)}; {advice}"
    if not _are_props(part.props):
        yield f"{part.where}: `props` is {_called(part.props)}; {_PROPS}"
    for group in _not_of(PropertyGroup, part.property_groups):
        yield f"{part.where}: a property group is {_called(group)}; write `PropertyGroup(...)`"


def _are_props(value: object) -> bool:
    return issubclass(value, Props) if isinstance(value, type) else isinstance(value, Mapping)


def _not_of(expected: type, values: Sequence[object]) -> Iterator[object]:
    return (each for each in values if not isinstance(each, expected))


def _called(value: object) -> str:
    if isinstance(value, type):
        return f"the class `{value.__name__}`"
    return f"`{type(value).__name__}`"


def _property_problems(part: Part[Any, Any]) -> Iterator[str]:
    properties = properties_of(part.props)
    if "auth" in properties:
        yield (
            f"{part.where} has a property named `auth`, the name by which a step keeps its"
            " connection; rename it, or declare a connection by `auth=`"
        )
    yield from (f"{part.where}: {problem}" for problem in props_problems(part.props))
    for group in part.property_groups:
        for unknown in (each for each in group.props if each not in properties):
            yield (
                f"{part.where}: the group `{group.key}` lists `{unknown}`, which is none of the"
                " properties; declare it, or drop it from the group"
            )


def _hook_problems(part: Part[Any, Any]) -> Iterator[str]:
    for hook in part.hooks.values():
        if len(hook.functions) > 1:
            yield f"{part.where} has {len(hook.functions)} `{hook.name}` hooks; keep one"


def _trigger_problems(trigger: Trigger[Any, Any, Any, Any]) -> Iterator[str]:
    for needed in _NEEDED_HOOKS.get(trigger.strategy, ()):
        if not trigger.hooks[needed].functions:
            kind = "a webhook" if trigger.strategy is TriggerStrategy.WEBHOOK else "an app webhook"
            yield (
                f"{trigger.where} is {kind} and lacks the hook `{needed}`;"
                f" attach one by `@{trigger.name}.{needed}`"
            )
    if trigger.strategy is TriggerStrategy.WEBHOOK:
        yield from _handshake_problems(trigger)
        yield from _renewal_problems(trigger)
    else:
        yield from _webhook_only_problems(trigger)
    if problem := json_problem(trigger.sample_data, "sample_data"):
        yield f"{trigger.where}: {problem}"


def _handshake_problems(trigger: Trigger[Any, Any, Any, Any]) -> Iterator[str]:
    configuration = trigger.handshake_configuration
    if configuration is None or configuration.strategy is WebhookHandshakeStrategy.NONE:
        if trigger.on_handshake.functions:
            yield (
                f"{trigger.where} has the hook `on_handshake`, which nothing calls;"
                " give a `handshake_configuration`, or drop the hook"
            )
        return
    strategy = configuration.strategy.value
    if not configuration.param_name:
        yield f"{trigger.where}: the handshake strategy `{strategy}` needs a `param_name`"
    if not trigger.on_handshake.functions:
        yield (
            f"{trigger.where} has the handshake strategy `{strategy}`"
            " and lacks the hook `on_handshake`"
        )


def _renewal_problems(trigger: Trigger[Any, Any, Any, Any]) -> Iterator[str]:
    configuration = trigger.renew_configuration
    if configuration is None or configuration.strategy is WebhookRenewStrategy.NONE:
        if trigger.on_renew.functions:
            yield (
                f"{trigger.where} has the hook `on_renew`, which nothing calls;"
                " give a `renew_configuration`, or drop the hook"
            )
        return
    if not trigger.on_renew.functions:
        yield (
            f"{trigger.where} has a `renew_configuration` and lacks the hook `on_renew`;"
            f" attach one by `@{trigger.name}.on_renew`"
        )
    expression = configuration.cron_expression
    if not expression:
        yield f"{trigger.where}: the renew strategy `CRON` needs a `cron_expression`"
    elif problem := cron_problem(expression):
        yield (
            f"{trigger.where}: `{expression}` is no cron expression: {problem};"
            " it has five fields, such as `0 0 * * *`"
        )


def _webhook_only_problems(trigger: Trigger[Any, Any, Any, Any]) -> Iterator[str]:
    given = {
        "the hook `on_handshake`": bool(trigger.on_handshake.functions),
        "the hook `on_renew`": bool(trigger.on_renew.functions),
        "a `handshake_configuration`": trigger.handshake_configuration is not None,
        "a `renew_configuration`": trigger.renew_configuration is not None,
    }
    for what in (what for what, is_given in given.items() if is_given):
        yield f"{trigger.where} has {what}, which only a `WEBHOOK` trigger may have; drop it"
