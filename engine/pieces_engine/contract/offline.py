"""Promises about what a piece does where there is no network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

from pieces_framework.action import Action
from pieces_framework.auth import AuthBase, AuthValidationContext
from pieces_framework.calling import call
from pieces_framework.context import WebhookPayload
from pieces_framework.errors import AuthorCodeError, PropsError
from pieces_framework.memory import MemoryHost, MemoryStore
from pieces_framework.output import json_output, trigger_output
from pieces_framework.property import (
    DropdownState,
    parse_values,
    properties_of,
    props_problems,
)
from pieces_framework.property.declaration import PropertyBase
from pieces_framework.property.dynamic import DynamicProperties
from pieces_framework.run_context import run_context, start_context
from pieces_framework.testing import make_property_context
from pieces_framework.trigger import Trigger, TriggerStrategy
from pieces_framework.wire import json_problem

from .attempt import Outcome, Secrets, attempt, told
from .examination import AnyPart, Examination, Step, Subject, place_of, schema_of
from .fit import schema_problem
from .guard import Code
from .inputs import Inputs, InputSet, NoValueError, is_optional
from .promises import NEEDS_SERVICE
from .verdict import Place, Verdict, broken, not_run, waits_for

RUN: Final = "run-offline"
OPTIONAL: Final = "optional-props-may-be-missing"
SECRETS: Final = "secrets-stay-secret"
LOADERS: Final = "options-load-without-auth"
AUTH: Final = "auth-fails-typed"

_WEBHOOK_URL: Final = "https://instance.example.com/api/v1/webhooks/contract"
_PAYLOAD: Final = WebhookPayload(body={}, raw_body=b"{}", method="POST")
_FREE_TO_RAISE: Final = frozenset({"run", "on_handshake", "on_start"})
"""What receives a request: nobody but the service knows what a good one looks like."""

Call: TypeAlias = tuple[str, Callable[[], Awaitable[object]]]
"""The name of what is called, as messages say it, and the call."""


def auth_examinations(subject: Subject) -> Iterator[Examination]:
    """Yield what to look at in the piece's auths: nothing, where they have no functions."""
    auths = [auth for auth in subject.piece.auths if auth.validate or _identify(auth)]
    if auths:
        yield Examination(
            rules=(AUTH, SECRETS),
            place=subject.place,
            examine=partial(_examine_auths, subject, auths),
        )


def part_examinations(subject: Subject, part: AnyPart) -> Iterator[Examination]:
    """Yield what to look at in one action or trigger."""
    of_part = partial(Examination, part=part.name, place=place_of(part))
    properties = properties_of(part.props)
    if any(_loader(prop) for prop in properties.values()):
        yield of_part(rules=(LOADERS,), examine=partial(_examine_loaders, subject, part))
    rules = [RUN]
    if any(is_optional(prop) for prop in properties.values()):
        rules.append(OPTIONAL)
    if part.auths or any(prop.kind == "SECRET_TEXT" for prop in properties.values()):
        rules.append(SECRETS)
    yield of_part(rules=rules, examine=partial(_examine_run, subject, part, rules))


async def _examine_auths(
    subject: Subject, auths: list[AuthBase[Any]], _step: Step
) -> list[Verdict]:
    found: list[Verdict] = []
    for auth in auths:
        inputs = Inputs()
        try:
            raw = inputs.connection(auth)
        except NoValueError:
            return [not_run(rule, NEEDS_SERVICE) for rule in (AUTH, SECRETS)]
        secrets = Secrets(inputs.secrets)
        value = auth.parse(raw)
        calls: list[Call] = [("validate", partial(auth.check, raw))]
        if identify := _identify(auth):
            context = AuthValidationContext[Any](auth=value)
            calls.append(("get_connection_identifier", partial(call, identify, context)))
        for name, function in calls:
            outcome = await attempt(function, subject.code)
            place = _place(outcome, subject.place)
            if not outcome.is_typed:
                found.append(broken(AUTH, f"`{name}` raised {outcome.raised}", place))
            if secrets.are_in(_said(outcome)):
                found.append(broken(SECRETS, f"`{name}` repeats the credentials", place))
    return found


def _identify(auth: AuthBase[Any]) -> Any:  # a function of any context
    return auth.get_connection_identifier


async def _examine_loaders(subject: Subject, part: AnyPart, step: Step) -> list[Verdict]:
    for name, prop in properties_of(part.props).items():
        load = _loader(prop)
        if load is None:
            continue
        step(LOADERS)
        subject.guard.asked_network = False
        outcome = await attempt(partial(load, make_property_context()), subject.code)
        place = _place(outcome, place_of(part))
        if problem := _loader_problem(prop, outcome, asked_network=subject.guard.asked_network):
            return [broken(LOADERS, f"the loader of `{name}` {problem}", place, part=part.name)]
    return []


def _loader(prop: PropertyBase[Any]) -> Any:  # a bound method of either kind
    return getattr(prop, "load", None)


def _loader_problem(prop: PropertyBase[Any], outcome: Outcome, *, asked_network: bool) -> str:
    if outcome.error is not None:
        # Where no account is needed, asking the service is right, and so is saying that it failed.
        needs_auth = getattr(prop, "auth", None) or "auth" in getattr(prop, "refreshers", ())
        if outcome.is_typed and asked_network and not needs_auth:
            return ""
        return f"raised {outcome.raised}"
    if isinstance(prop, DynamicProperties):
        return _children_problem(outcome.value)
    state: Any = outcome.value  # whatever an author's loader returns
    if not isinstance(state, DropdownState):
        return f"returned `{type(state).__name__}`, not a `DropdownState`"
    return json_problem(state.metadata(), "options")


def _children_problem(children: Any) -> str:  # whatever an author's loader returns
    try:
        properties_of(children)
        return "; ".join(props_problems(children))
    except (AttributeError, TypeError):
        return f"returned `{type(children).__name__}`, not properties"


async def _examine_run(
    subject: Subject, part: AnyPart, rules: list[str], step: Step
) -> list[Verdict]:
    inputs = Inputs()
    try:
        sets, sparse = list(inputs.sets(part.props)), list(inputs.sparse_sets(part.props))
        raw = inputs.connection(part.auths[0]) if part.auths else None
    except NoValueError:
        return [not_run(rule, NEEDS_SERVICE, part=part.name) for rule in rules]
    auth = part.auths[0].parse(raw) if part.auths else None
    judge = _Judge(part, auth, Secrets(inputs.secrets), subject.code)
    step(RUN)
    for each in sets:
        if problem := await judge.run(each, step, RUN):
            judge.found.append(broken(RUN, *problem, part=part.name))
            if OPTIONAL in rules:
                judge.found.append(waits_for(OPTIONAL, RUN, part=part.name))
            return judge.found
    for each in sparse:
        if problem := await judge.run(each, step, OPTIONAL):
            judge.found.append(broken(OPTIONAL, *problem, part=part.name))
            break
    return judge.found


class _Judge:
    """Runs one part with one set of inputs after the other."""

    def __init__(self, part: AnyPart, auth: object, secrets: Secrets, code: Code) -> None:
        self._part: Final = part
        self._auth: Final = auth
        self._secrets: Final = secrets
        self._code: Final = code
        self.found: Final[list[Verdict]] = []

    async def run(self, given: InputSet, step: Step, rule: str) -> tuple[str, Place] | None:
        """Return what went wrong, and where; `None` if nothing did."""
        try:
            parse_values(self._part.props, given.values)
        except PropsError as error:
            if rule == OPTIONAL:
                return (f"with {given.name}, the run is refused: {error}", place_of(self._part))
            return None  # `props-round-trip` says it
        for name, function in _calls(self._part, self._auth, given):
            step(rule)
            outcome = await attempt(function, self._code)
            place = _place(outcome, place_of(self._part))
            self._look_for_secrets(name, outcome, place)
            if problem := self._problem(name, outcome):
                return (f"with {given.name}, `{name}` {problem}", place)
        return None

    def _problem(self, name: str, outcome: Outcome) -> str:
        is_polling = getattr(self._part, "strategy", None) is TriggerStrategy.POLLING
        if outcome.error is not None:
            is_free = isinstance(self._part, Trigger) and not is_polling and name in _FREE_TO_RAISE
            is_excused = is_free and isinstance(outcome.error, Exception)
            return "" if outcome.is_typed or is_excused else f"raised {outcome.raised}"
        if name not in {"run", "test"}:
            return ""
        try:
            if isinstance(self._part, Action):
                output = json_output(outcome.value)
            else:
                output = trigger_output(self._part.name, name, outcome.value)
        except AuthorCodeError as error:
            return f"returned what is no output: {error}"
        # What a trigger makes of a request that no service sent shows nothing.
        schema = schema_of(self._part) if isinstance(self._part, Action) or is_polling else None
        problem = schema_problem(schema, output, "output")
        return problem and f"returned what its schema does not say: {problem}"

    def _look_for_secrets(self, name: str, outcome: Outcome, place: Place) -> None:
        is_known = any(verdict.rule == SECRETS for verdict in self.found)
        if outcome.error and not is_known and self._secrets.are_in(told(outcome.error)):
            message = f"the error of `{name}` repeats a secret: {type(outcome.error).__name__}"
            self.found.append(broken(SECRETS, message, place, part=self._part.name))


def _calls(part: AnyPart, auth: object, given: InputSet) -> Iterator[Call]:
    """Yield the calls of a part's functions, in the order of its life."""
    store = MemoryStore()

    def context(*, starting: bool = False) -> Any:  # of the part's kind
        host = MemoryHost(store=store)
        services = replace(host.services(), webhook_url=_WEBHOOK_URL, payload=_PAYLOAD)
        values: Any = given.values
        if starting and isinstance(part, Trigger):
            return start_context(part, auth=auth, props=values, services=services)
        return run_context(part, auth=auth, props=values, services=services)

    if isinstance(part, Action):
        yield ("run", lambda: part.run(context()))
        if part.test.functions:
            yield ("test", lambda: part.test.run(context()))
        return
    for name in ("on_enable", "test", "on_renew", "on_handshake"):
        if part.hooks[name].functions:
            yield (name, partial(_hook, part, name, context))
    yield ("run", lambda: part.run(context()))
    if part.on_start.functions:
        yield ("on_start", lambda: part.on_start.run(context(starting=True)))
    if part.on_disable.functions:
        yield ("on_disable", partial(_hook, part, "on_disable", context))


async def _hook(
    trigger: Trigger[Any, Any, Any, Any], name: str, context: Callable[[], Any]
) -> object:
    result: object = await trigger.hooks[name].run(context())
    return result


def _place(outcome: Outcome, otherwise: Place) -> Place:
    return outcome.place if outcome.place.path else otherwise


def _said(outcome: Outcome) -> str:
    return str(outcome.value or "") if outcome.error is None else told(outcome.error)
