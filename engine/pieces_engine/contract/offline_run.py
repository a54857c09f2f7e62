"""How an action or trigger runs where there is no network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from re import Pattern
from typing import Any, Final, TypeAlias

from pieces_engine.credentials import AnyPart
from pieces_framework.action import Action
from pieces_framework.context import WebhookPayload
from pieces_framework.errors import AuthorCodeError, PropsError
from pieces_framework.memory import MemoryHost
from pieces_framework.output import json_output, trigger_output
from pieces_framework.property import parse_values
from pieces_framework.secret_forms import secret_pattern
from pieces_framework.testing import make_context, make_start_context
from pieces_framework.trigger import Trigger, TriggerStrategy

from .advice import BAD_SCHEMA, BAD_VALUE, DROP_CAUSE, of_untyped
from .attempt import Outcome, attempt, told, told_behind
from .examination import Step, Subject, place_of, schema_of
from .fit import schema_problem
from .inputs import Inputs, InputSet, NoValueError
from .promises import NEEDS_SERVICE
from .verdict import Place, Verdict, broken, not_run, waits_for

RUN: Final = "run-offline"
OPTIONAL: Final = "optional-props-may-be-missing"
SECRETS: Final = "secrets-stay-secret"

_PAYLOAD: Final = WebhookPayload(body={}, raw_body=b"{}", method="POST")
_FREE_TO_RAISE: Final = frozenset({"run", "on_handshake", "on_start"})
"""What receives a request: nobody but the service knows what a good one looks like."""
_BEFORE_RUN: Final = ("on_enable", "test", "on_renew", "on_handshake")

Call: TypeAlias = tuple[str, Callable[[], Awaitable[object]]]
"""The name of what is called, as messages say it, and the call."""


async def examine_run(
    subject: Subject, part: AnyPart, rules: list[str], step: Step
) -> list[Verdict]:
    """Run a part with every set of values, and once with each further auth."""
    inputs = Inputs()
    try:
        sets, sparse = list(inputs.sets(part.props)), list(inputs.sparse_sets(part.props))
        first, *others = _connections(part, inputs)
    except NoValueError:
        return [not_run(rule, NEEDS_SERVICE, part=part.name) for rule in rules]
    judge = _Judge(part, secret_pattern(inputs.secrets), subject, step)
    problem = await judge.first_problem(sets, RUN, first.value)
    for other in others:
        named = replace(sets[0], name=f"{sets[0].name} and the auth `{other.name}`")
        problem = problem or await judge.first_problem([named], RUN, other.value)
    if problem:
        waits = [waits_for(OPTIONAL, RUN, part=part.name)] if OPTIONAL in rules else []
        return [*judge.found, problem, *waits]
    if problem := await judge.first_problem(sparse, OPTIONAL, first.value):
        without_one = inputs.sets_without_one(part.props)
        alone = await judge.first_problem(without_one, OPTIONAL, first.value)
        return [*judge.found, alone or problem]
    return judge.found


@dataclass(frozen=True, kw_only=True)
class _Connection:
    name: str = ""
    """That of the auth, as the user sees it."""
    value: Any = field(default=None, repr=False)  # of the auth's kind


def _connections(part: AnyPart, inputs: Inputs) -> list[_Connection]:
    """Return a connection by each auth of a part of which one can be made up; an empty one of none.

    Raises:
        NoValueError: if it has auths, and none can be made up.
    """
    if not part.auths:
        return [_Connection()]
    found: list[_Connection] = []
    for auth in part.auths:
        with suppress(NoValueError):
            value = auth.parse(inputs.connection(auth))
            found.append(_Connection(name=auth.display_name, value=value))
    if not found:
        raise NoValueError(part.name)
    return found


class _Judge:
    """Runs one part with one set of inputs after the other."""

    def __init__(
        self,
        part: AnyPart,
        secrets: Pattern[str],
        subject: Subject,
        step: Step,
    ) -> None:
        self._part: Final = part
        self._secrets: Final = secrets
        self._code: Final = subject.code
        self._guard: Final = subject.guard
        self._step: Final = step
        self.found: Final[list[Verdict]] = []
        """What was found out besides: that a secret was told."""

    async def first_problem(
        self,
        sets: Iterable[InputSet],
        rule: str,
        auth: Any,  # of one of the part's kinds
    ) -> Verdict | None:
        """Return the first thing that goes wrong against `rule`; `None` if nothing does."""
        for given in sets:
            if problem := await self._run(given, rule, auth):
                return problem
        return None

    # auth: as above
    async def _run(self, given: InputSet, rule: str, auth: Any) -> Verdict | None:
        try:
            parse_values(self._part.props, given.values)
        except PropsError as error:
            if rule != OPTIONAL:
                return None  # `props-round-trip` says it
            message = f"{given.name}, the run is refused: {error}"
            return broken(rule, message, place_of(self._part), part=self._part.name)
        for name, function in _calls(self._part, auth, given):
            self._step(rule)
            self._guard.asked_network = False
            outcome = await attempt(function, self._code)
            place = place_in(outcome, place_of(self._part))
            self._look_for_secrets(name, outcome, place)
            problem, hint = self._problem(name, outcome)
            if problem:
                message = f"{given.name}, `{name}` {problem}"
                hint = hint if rule == RUN else ""
                return broken(rule, message, place, part=self._part.name, hint=hint)
        return None

    def _problem(self, name: str, outcome: Outcome) -> tuple[str, str]:
        """Return what is wrong, or nothing, and what to do about it."""
        is_polling = getattr(self._part, "strategy", None) is TriggerStrategy.POLLING
        if outcome.error is not None:
            is_free = isinstance(self._part, Trigger) and not is_polling and name in _FREE_TO_RAISE
            if outcome.is_typed or (is_free and isinstance(outcome.error, Exception)):
                return "", ""
            hint = of_untyped(outcome.error, asked_network=self._guard.asked_network)
            return f"raised {outcome.raised}", hint
        if name not in {"run", "test"}:
            return "", ""
        try:
            if isinstance(self._part, Action):
                output = json_output(outcome.value)
            else:
                output = trigger_output(self._part.name, name, outcome.value)
        except AuthorCodeError as error:
            return f"returned what is no output: {error}", error.hint or BAD_VALUE
        # What a trigger makes of a request that no service sent shows nothing.
        schema = schema_of(self._part) if isinstance(self._part, Action) or is_polling else None
        problem = schema_problem(schema, output, "output")
        return problem and f"returned what its schema does not say: {problem}", BAD_SCHEMA

    def _look_for_secrets(self, name: str, outcome: Outcome, place: Place) -> None:
        error = outcome.error
        if error is None or self.found:
            return
        if self._secrets.search(told(error)):
            message, hint = f"the error of `{name}` repeats a secret: {type(error).__name__}", ""
        elif self._secrets.search(told_behind(error)):
            led = f"what led to the error of `{name}` repeats a secret"
            message, hint = f"{led}: {type(error).__name__}", DROP_CAUSE
        else:
            return
        self.found.append(broken(SECRETS, message, place, part=self._part.name, hint=hint))


def _calls(part: AnyPart, auth: Any, given: InputSet) -> Iterator[Call]:  # auth: of its kind
    """Yield the calls of a part's functions, in the order of its life."""
    host = MemoryHost()

    def of_run() -> Any:  # of the part's kind
        make: Any = make_context  # no overload takes a part of any kind
        request = {} if isinstance(part, Action) else {"payload": _PAYLOAD}
        return make(part, auth=auth, props=given.values, store=host.store, **request)

    async def hook(name: str) -> object:
        given_back: object = await part.hooks[name].run(of_run())
        return given_back

    async def on_start(trigger: Trigger[Any, Any, Any, Any]) -> None:
        context = make_start_context(
            trigger, auth=auth, props=given.values, store=host.store, payload=_PAYLOAD
        )
        await trigger.on_start.run(context)

    before, after = ((), ("test",)) if isinstance(part, Action) else (_BEFORE_RUN, ("on_disable",))
    yield from ((name, partial(hook, name)) for name in before if part.hooks[name].functions)
    yield ("run", lambda: part.run(of_run()))
    if isinstance(part, Trigger) and part.on_start.functions:
        yield ("on_start", partial(on_start, part))
    yield from ((name, partial(hook, name)) for name in after if part.hooks[name].functions)


def place_in(outcome: Outcome, otherwise: Place) -> Place:
    """Return the line of the piece at which it ended."""
    return outcome.place if outcome.place.path else otherwise
