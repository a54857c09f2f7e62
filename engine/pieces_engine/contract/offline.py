"""Promises about what a piece does where there is no network."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from pieces_engine.credentials import AnyPart
from pieces_engine.loaders import LoadedProperty, loaded_problem, loaded_properties
from pieces_framework.auth import AuthBase, AuthValidationContext
from pieces_framework.calling import call
from pieces_framework.property import properties_of
from pieces_framework.secret_forms import secret_pattern
from pieces_framework.testing import make_property_context

from .attempt import Outcome, attempt, told, told_behind
from .examination import Examination, Step, Subject, place_of
from .inputs import Inputs, NoValueError, is_optional
from .offline_run import OPTIONAL, RUN, SECRETS, Call, examine_run, place_in
from .promises import NEEDS_SERVICE
from .verdict import Verdict, broken, not_run

LOADERS: Final = "options-load-without-auth"
AUTH: Final = "auth-fails-typed"


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
    if loaded_properties(properties):
        yield of_part(rules=(LOADERS,), examine=partial(_examine_loaders, subject, part))
    rules = [RUN]
    if any(is_optional(prop) for prop in properties.values()):
        rules.append(OPTIONAL)
    if part.auths or any(prop.kind == "SECRET_TEXT" for prop in properties.values()):
        rules.append(SECRETS)
    yield of_part(rules=rules, examine=partial(examine_run, subject, part, rules))


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
        secrets = secret_pattern(inputs.secrets)
        value = auth.parse(raw)
        calls: list[Call] = [("validate", partial(auth.check, raw))]
        if identify := _identify(auth):
            context = AuthValidationContext[Any](auth=value)
            calls.append(("get_connection_identifier", partial(call, identify, context)))
        for name, function in calls:
            outcome = await attempt(function, subject.code)
            place = place_in(outcome, subject.place)
            if not outcome.is_typed:
                found.append(broken(AUTH, f"`{name}` raised {outcome.raised}", place))
            if secrets.search(_said(outcome)):
                found.append(broken(SECRETS, f"`{name}` repeats the credentials", place))
    return found


def _identify(auth: AuthBase[Any]) -> Any:  # a function of any context
    return auth.get_connection_identifier


async def _examine_loaders(subject: Subject, part: AnyPart, step: Step) -> list[Verdict]:
    for name, prop in loaded_properties(properties_of(part.props)).items():
        step(LOADERS)
        subject.guard.asked_network = False
        outcome = await attempt(partial(prop.load, make_property_context()), subject.code)
        place = place_in(outcome, place_of(part))
        if problem := _loader_problem(prop, outcome, asked_network=subject.guard.asked_network):
            return [broken(LOADERS, f"the loader of `{name}` {problem}", place, part=part.name)]
    return []


def _loader_problem(prop: LoadedProperty, outcome: Outcome, *, asked_network: bool) -> str:
    if outcome.error is not None:
        # Where no account is needed, asking the service is right, and so is saying that it failed.
        needs_auth = prop.auth or "auth" in prop.refreshers
        if outcome.is_typed and asked_network and not needs_auth:
            return ""
        return f"raised {outcome.raised}"
    return loaded_problem(prop, outcome.value)


def _said(outcome: Outcome) -> str:
    if outcome.error is None:
        return str(outcome.value or "")
    return f"{told(outcome.error)}\n{told_behind(outcome.error)}"
