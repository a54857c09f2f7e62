"""What a local run hands to the piece, and what it says of the piece's requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pieces_cli.running.local_run import LocalPiece, LocalRun
from pieces_engine import HookName
from pieces_framework import (
    ActionContext,
    AuthField,
    BasicAuthValue,
    ConnectionRejectedError,
    PieceAuth,
    PollingTriggerContext,
    TriggerStrategy,
    create_action,
    create_piece,
    create_trigger,
)

login = PieceAuth.BasicAuth(
    display_name="Login",
    username=AuthField(display_name="User"),
    password=AuthField(display_name="Password"),
)
key = PieceAuth.SecretText(display_name="Key")
CONNECTION = json.dumps({"type": "BASIC_AUTH", "username": "ada", "password": "sesame"})


@create_action(name="whoami", display_name="", description="", auth=login)
async def whoami(context: ActionContext[BasicAuthValue]) -> str:
    context.run.stop()
    return context.auth.username


@create_action(name="length", display_name="", description="", auth=key)
async def length(context: ActionContext[str]) -> int:
    return len(context.auth)


@create_trigger(
    name="tick", display_name="", description="", strategy=TriggerStrategy.POLLING, auth=key
)
def tick(context: PollingTriggerContext[str]) -> list[object]:
    return []


@tick.on_enable
async def slow_down(context: PollingTriggerContext[str]) -> None:
    context.set_schedule(interval_ms=60_000)


def local_run(folder: Path, name: str, auth: str | None) -> LocalRun:
    by_login = create_piece(
        display_name="Login", logo_url="", auth=login, actions=[whoami], triggers=[]
    )
    by_key = create_piece(
        display_name="Key", logo_url="", auth=key, actions=[length], triggers=[tick]
    )
    local = LocalPiece(
        name="door",
        piece=by_login if name == "whoami" else by_key,
        origin="here",
        store_file=folder / "store.db",
    )
    return LocalRun(local=local, name=name, auth=auth, props={})


async def test_a_connection_of_fields_is_given_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = await local_run(tmp_path, "whoami", CONNECTION).run_action()

    assert output == "ada"
    asked = "door whoami: asked to stop the run, with a response of status 200\n"
    assert capsys.readouterr().err == asked


async def test_a_text_that_is_no_json_is_no_connection_of_fields(tmp_path: Path) -> None:
    with pytest.raises(ConnectionRejectedError, match="does not hold `Login`"):
        await local_run(tmp_path, "whoami", "ada:sesame").run_action()


async def test_a_secret_text_may_look_like_json(tmp_path: Path) -> None:
    assert await local_run(tmp_path, "length", CONNECTION).run_action() == len(CONNECTION)


async def test_a_hooks_requests_are_said_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await local_run(tmp_path, "tick", "k").run_hook(HookName.ON_ENABLE)

    assert capsys.readouterr().err == "door tick: asked to be polled every 60000 ms\n"
