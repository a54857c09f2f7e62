"""A workspace on disk with one piece, `parlour`, for tests of what runs a piece from its folder."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner, Result

from pieces_cli.commands.run import run

SECRET: Final = "sk-parlour-secret-key"

_PYPROJECT: Final = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "piece-parlour"
version = "0.1.0"

[project.entry-points."pieces"]
parlour = "piece_parlour:parlour"
"""

_PIECE: Final = """
import asyncio
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from pieces_framework import (
    FatalError,
    PieceAuth,
    Property,
    Props,
    TriggerStrategy,
    create_action,
    create_piece,
    create_trigger,
)

print("importing parlour")

auth = PieceAuth.SecretText(display_name="API Key")


class ConeProps(Props):
    level = Property.Number(display_name="Level", required=True)
    topping = Property.ShortText(display_name="Topping")
    extra = Property.Json(display_name="Extra")


@create_action(name="cone", display_name="Cone", description="", props=ConeProps)
async def cone(context):
    print("making a cone")
    props = context.props_value
    return {"level": props.level, "topping": props.topping, "extra": props.extra}


@create_action(name="shout", display_name="Shout", description="")
def shout(context):
    subprocess.run(["echo", "shouted by a program"], check=True)
    return "done"


@create_action(name="where", display_name="Where", description="")
def where(context):
    return sys.prefix


@create_action(name="whoami", display_name="Who am I", description="", auth=auth)
async def whoami(context):
    return len(context.auth)


@create_action(name="spill", display_name="Spill", description="", auth=auth)
async def spill(context):
    raise ValueError(f"spilled {context.auth} everywhere")


@create_action(name="refuse", display_name="Refuse", description="", auth=auth)
def refuse(context):
    raise FatalError(f"401 for {context.auth}", hint=f"replace {context.auth}")


@create_action(name="count", display_name="Count", description="")
async def count(context):
    seen = (await context.store.get("seen", int) or 0) + 1
    await context.store.put("seen", seen)
    return seen


@create_action(name="sleep", display_name="Sleep", description="")
def sleep(context):
    print("asleep", flush=True)
    time.sleep(3600)


@create_action(name="await_for_ever", display_name="Await", description="")
async def await_for_ever(context):
    print("awaiting", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        print("cleaned up", flush=True)


@create_trigger(
    name="new_order",
    display_name="New Order",
    description="",
    strategy=TriggerStrategy.POLLING,
    sample_data={"id": 0},
)
async def new_order(context):
    return [{"after": await context.store.get("mark", str)}]


@new_order.on_enable
async def mark(context):
    await context.store.put("mark", "enabled")


class VisitProps(Props):
    mode = Property.ShortText(display_name="Mode")


@create_trigger(
    name="new_visit",
    display_name="New Visit",
    description="",
    strategy=TriggerStrategy.WEBHOOK,
    auth=auth,
    props=VisitProps,
)
async def new_visit(context):
    payload = context.payload
    if payload.body == "fail":
        raise ValueError(f"failed with {context.auth}")
    if payload.body == "hang":
        print("hanging", flush=True)
        await asyncio.Event().wait()
    if payload.body == "meet":
        visitors.append(payload)
        while len(visitors) < 2:
            await asyncio.sleep(0.01)
    if isinstance(payload.body, dict) and "read" in payload.body:
        print("reading", flush=True)
        return [await asyncio.to_thread(Path(payload.body["read"]).read_text)]
    return [
        {
            "body": payload.body if len(payload.raw_body) < 1000 else "long",
            "query": dict(payload.query_params),
            "key": payload.headers.get("x-key"),
            "size": len(payload.raw_body),
        }
    ]


visitors = []


@new_visit.on_enable
def subscribe(context):
    if context.props_value.mode == "refuse":
        raise FatalError(f"no subscription for {context.auth}")
    if context.props_value.mode == "handshake":
        with urllib.request.urlopen(context.webhook_url, data=b"hello=you", timeout=30) as answer:
            print(f"handshake {answer.status}", flush=True)
    if context.props_value.mode == "slow":
        print("subscribing", flush=True)
        time.sleep(3600)
    print(f"enabled {context.webhook_url}", flush=True)


@new_visit.on_disable
async def unsubscribe(context):
    if context.props_value.mode == "stuck":
        raise FatalError("no such subscription")
    print(f"disabled {context.webhook_url}", flush=True)


parlour = create_piece(
    display_name="Parlour",
    logo_url="",
    auth=auth,
    actions=[cone, shout, where, whoami, spill, refuse, count, sleep, await_for_ever],
    triggers=[new_order, new_visit],
)
"""


def write_workspace(root: Path) -> Path:
    """Write the workspace into `root`, and return `root`."""
    (root / "pyproject.toml").write_text("[tool.pieces.workspace]\n")
    write_piece(root, _PIECE)
    return root


def write_piece(root: Path, source: str) -> None:
    """Write the piece `parlour` into the workspace `root`, or its code anew."""
    folder = root / "pieces" / "parlour"
    (folder / "piece_parlour").mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(_PYPROJECT)
    (folder / "piece_parlour" / "__init__.py").write_text(source)


@contextmanager
def in_workspace(root: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """Make a workspace the current folder; what is imported from it is forgotten at the end."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(write_workspace(root))
    monkeypatch.delenv("AP_FRONTEND_URL", raising=False)
    yield root
    for name in [name for name in sys.modules if name.startswith("piece_parlour")]:
        del sys.modules[name]


def run_parlour(*args: str, stdin: str | bytes = "", **env: str) -> Result:
    """Run `pieces run parlour ARGS` in this process."""
    pieces = click.Group("pieces", commands={"run": run})
    return CliRunner().invoke(pieces, ["run", "parlour", *args], input=stdin, env=env)
