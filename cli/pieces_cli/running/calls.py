"""Which function of a piece the command line of `pieces run` calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from .options import DEFAULT_PORT, FRONTEND_URL
from .values import did_you_mean, read_auth, read_bytes, read_props

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from pieces_framework import Action, JsonValue, Piece, Trigger, WebhookPayload

    from .local_run import LocalPiece, LocalRun
    from .options import RunOptions


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a piece's function."""

    label: str
    """What messages call it: `gelato new_flavor on_enable`."""
    start: Callable[[], Coroutine[Any, Any, JsonValue]]
    """Returns the call, to be awaited once."""
    secrets: Callable[[], Sequence[str]]
    """Returns the texts that no recording of it may hold."""


def call_of(local: LocalPiece, name: str | None, options: RunOptions) -> Call:
    """Return what the command line asks for.

    Raises:
        click.UsageError: if that cannot be: `name` is missing, or an option does not fit it.
        PieceNotFoundError: if the piece has no such action or trigger.
    """
    if options.check_auth:
        return _check(local, options)
    local_run = local_run_of(local, name, options)
    secrets = local_run.secrets
    if (property_name := options.load) is not None:
        return Call(
            label=f"{local_run.label} {property_name}",
            start=lambda: local_run.load(property_name, search=options.search),
            secrets=secrets,
        )
    trigger = local_run.trigger
    if trigger is not None:
        return _hook_call(local_run, trigger, options)
    if options.hook or options.payload:
        raise click.UsageError(f"`{local_run.name}` is an action: it has no hooks or payload")
    return Call(label=local_run.label, start=local_run.run_action, secrets=secrets)


def local_run_of(local: LocalPiece, name: str | None, options: RunOptions) -> LocalRun:
    """Return the action or trigger `name` with the values and credentials that are given.

    Raises:
        click.UsageError: if the name is missing, or something that is given cannot be read.
        PieceNotFoundError: if the piece has no such action or trigger.
    """
    from pieces_framework.property import properties_of

    from .local_run import LocalRun

    if name is None:
        names = ", ".join(f"`{each}`" for each in (*local.piece.actions, *local.piece.triggers))
        raise click.UsageError(f"NAME is missing: `{local.name}` has {names or 'nothing to run'}")
    properties = properties_of(_part(local.piece, name).props)
    props = read_props(name, properties, options)
    return LocalRun(local=local, name=name, auth=read_auth(options), props=props)


# Pieces are generic in their auth; parts in more.
def _part(piece: Piece[Any], name: str) -> Action[Any, Any, Any] | Trigger[Any, Any, Any, Any]:
    from pieces_framework import PieceNotFoundError

    try:
        return piece.find(name)
    except PieceNotFoundError as error:
        near = did_you_mean(name, (*piece.actions, *piece.triggers))
        raise PieceNotFoundError(error.message, hint=near or error.hint) from None


def _check(local: LocalPiece, options: RunOptions) -> Call:
    from .connection import check_connection, connection_of, secrets_of

    auths = local.piece.auths
    if not auths:
        raise click.UsageError(f"--check-auth: `{local.name}` asks for no credentials")
    given = read_auth(options)
    return Call(
        label=f"{local.name} validate",
        start=lambda: check_connection(local, given),
        secrets=lambda: list(secrets_of(auths, connection_of(auths, given))),
    )


# Whatever the trigger is generic in.
def _hook_call(
    local_run: LocalRun, trigger: Trigger[Any, Any, Any, Any], options: RunOptions
) -> Call:
    from pieces_engine import HookName
    from pieces_framework import TriggerStrategy

    hook = HookName(options.hook or "run")
    has_url = trigger.strategy in {TriggerStrategy.WEBHOOK, TriggerStrategy.APP_WEBHOOK}
    takes_payload = trigger.strategy is not TriggerStrategy.POLLING and hook in {
        HookName.RUN,
        HookName.ON_START,
        HookName.ON_HANDSHAKE,
    }
    if options.payload and not takes_payload:
        raise click.UsageError("--payload goes with the hook `run` of a webhook trigger")
    registers = hook in {HookName.ON_ENABLE, HookName.ON_DISABLE, HookName.ON_RENEW}
    base_url = options.base_url() if has_url else None
    if has_url and registers and not base_url:
        raise click.UsageError(
            f"`{hook.value}` tells the service a URL: give --public-url or set {FRONTEND_URL}"
        )
    payload = _payload(options.payload)
    label = f"{local_run.label} {hook.value}"

    async def run() -> JsonValue:
        if has_url and takes_payload and payload is None:
            click.echo(f"{label}: there is no --payload, so it gets an empty request", err=True)
        if not has_url:
            return await local_run.run_hook(hook, payload=payload)
        base = base_url or f"http://127.0.0.1:{DEFAULT_PORT}"
        url = f"{base}{await local_run.webhook_path()}"
        return await local_run.run_hook(hook, webhook_url=url, payload=payload)

    return Call(label=label, start=run, secrets=local_run.secrets)


def _payload(file: str | None) -> WebhookPayload | None:
    from pieces_framework.payload import read_payload

    return None if file is None else read_payload(read_bytes("--payload", file))
