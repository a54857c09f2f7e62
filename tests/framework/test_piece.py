"""Pieces: what `create_piece` refuses, and the metadata it gives."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pieces_framework import (
    ActionContext,
    AuthValidation,
    AuthValidationContext,
    ConnectionRejectedError,
    DefinitionError,
    JsonValue,
    PieceAuth,
    PieceNotFoundError,
    PollingTriggerContext,
    Property,
    Props,
    TriggerStrategy,
    WebhookContext,
    WebhookRunContext,
    create_action,
    create_piece,
    create_trigger,
)

auth = PieceAuth.SecretText(display_name="API Key", description="Use **test-key**")


class Level(Props):
    """One property."""

    level = Property.Number(display_name="Level", required=True)


@create_action(name="taste", display_name="Taste", description="Tastes.", auth=auth, props=Level)
async def taste(context: ActionContext[str, Level]) -> float:
    return context.props_value.level


@create_trigger(
    name="melted",
    display_name="Melted",
    description="Notices heat.",
    strategy=TriggerStrategy.WEBHOOK,
    auth=auth,
    sample_data={"id": 1},
)
async def melted(context: WebhookRunContext[str]) -> list[JsonValue]:
    return [context.payload.body]


@melted.on_enable
async def watch(context: WebhookContext[str]) -> None:
    await context.store.put("url", context.webhook_url)


@melted.on_disable
async def unwatch(context: WebhookContext[str]) -> None:
    await context.store.delete("url")


def test_metadata_in_the_wire_form() -> None:
    piece = create_piece(
        display_name="Gelato",
        logo_url="https://example.com/gelato.png",
        description="Ice cream",
        authors=["ada"],
        auth=auth,
        actions=[taste],
        triggers=[melted],
    )

    assert json.loads(json.dumps(piece.metadata())) == {
        "displayName": "Gelato",
        "logoUrl": "https://example.com/gelato.png",
        "description": "Ice cream",
        "authors": ["ada"],
        "categories": [],
        "auth": {
            "type": "SECRET_TEXT",
            "displayName": "API Key",
            "description": "Use **test-key**",
            "required": True,
        },
        "actions": {
            "taste": {
                "name": "taste",
                "displayName": "Taste",
                "description": "Tastes.",
                "props": {"level": {"type": "NUMBER", "displayName": "Level", "required": True}},
                "requireAuth": True,
                "errorHandlingOptions": {
                    "continueOnFailure": {"defaultValue": False},
                    "retryOnFailure": {"defaultValue": False},
                },
            }
        },
        "triggers": {
            "melted": {
                "name": "melted",
                "displayName": "Melted",
                "description": "Notices heat.",
                "requireAuth": True,
                "props": {},
                "type": "WEBHOOK",
                "handshakeConfiguration": {"strategy": "NONE"},
                "renewConfiguration": {"strategy": "NONE"},
                "testStrategy": "SIMULATION",
                "sampleData": {"id": 1},
            }
        },
        "minimumSupportedRelease": "0.82.0",
        "contextInfo": {"version": "2"},
    }


def test_metadata_without_auth_has_no_auth_key() -> None:
    piece = create_piece(display_name="Bare", logo_url="", actions=[], triggers=[])

    assert "auth" not in piece.metadata()


def test_a_polling_trigger_is_tested_by_its_function() -> None:
    @create_trigger(
        name="tick", display_name="Tick", description="", strategy=TriggerStrategy.POLLING
    )
    async def tick(context: PollingTriggerContext) -> list[int]:
        return []

    assert tick.metadata()["testStrategy"] == "TEST_FUNCTION"


def test_every_problem_of_a_piece_is_reported_at_once() -> None:
    other = PieceAuth.SecretText(display_name="Other")
    wrong: Any = "x"
    moment: Any = datetime(2026, 1, 1, tzinfo=UTC)

    @create_action(name="taste", display_name="Again", description="", auth=other)
    async def again(context: ActionContext[str]) -> None: ...

    @create_action(
        name="",
        display_name="Nameless",
        description="",
        props={"level": Property.Checkbox(display_name="L", default_value=wrong)},
    )
    async def nameless(context: object) -> None: ...

    @create_trigger(
        name="cold",
        display_name="Cold",
        description="",
        strategy=TriggerStrategy.WEBHOOK,
        sample_data={"at": [1, moment]},
    )
    async def cold(context: WebhookRunContext) -> list[JsonValue]:
        return []

    @cold.on_enable
    async def first(context: WebhookContext) -> None: ...

    @cold.on_enable
    async def second(context: WebhookContext) -> None: ...

    with pytest.raises(DefinitionError) as caught:
        create_piece(
            display_name="",
            logo_url="",
            auth=auth,
            actions=[taste, again, nameless],
            triggers=[cold],
        )

    problems = [
        re.sub(r" \(\S+test_piece\.py:\d+\)", " (HERE)", each) for each in caught.value.messages
    ]
    refused = "its default_value is refused: Expected boolean, received: x"
    assert problems == [
        "the piece has no display_name",
        "2 actions are named `taste`; give each its own name",
        "an action has no name",
        "action `taste` (HERE) has another auth than the piece: pass the piece's own, or none",
        f"action `` (HERE), property `level`: {refused}",
        "trigger `cold` (HERE) has 2 `on_enable` hooks; keep one",
        "trigger `cold` (HERE) is a webhook and lacks the hook `on_disable`",
        "trigger `cold` (HERE): `sample_data.at[1]` is `datetime`, which is not JSON",
    ]


def test_find_names_what_there_is() -> None:
    piece = create_piece(
        display_name="Gelato", logo_url="", auth=auth, actions=[taste], triggers=[melted]
    )

    with pytest.raises(PieceNotFoundError) as caught:
        piece.find("tast")

    assert caught.value.hint == "it has `taste`, `melted`"


async def test_validate_refuses_with_its_reason() -> None:
    async def validate(context: AuthValidationContext[str]) -> AuthValidation:
        return AuthValidation(valid=context.auth.startswith("sk_"), error="Invalid API key")

    checked = PieceAuth.SecretText(display_name="API Key", validate=validate)

    await checked.check("sk_good")
    with pytest.raises(ConnectionRejectedError, match=r"`API Key` was refused: Invalid API key"):
        await checked.check("bad")


def test_a_context_never_shows_its_credentials() -> None:
    from pieces_framework.testing import make_context

    context = make_context(melted, auth="hush-hush")

    assert context.auth == "hush-hush"
    assert "hush-hush" not in repr(context)


def test_importing_the_framework_loads_nothing_heavy() -> None:
    program = textwrap.dedent("""
        import sys
        import pieces_framework
        heavy = {"pydantic", "asyncio", "httpx", "dateutil"} & sys.modules.keys()
        sys.exit(f"loaded: {sorted(heavy)}" if heavy else 0)
    """)

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


SOURCE = """
from pieces_framework import *
print("declaring")
piece = create_piece(display_name="P", logo_url="", actions=[], triggers=[])
number = 3
"""


def extracted(tmp_path: Path, source: str, entry_point: str) -> tuple[int, dict[str, str]]:
    (tmp_path / "some_piece.py").write_text(source)
    done = subprocess.run(
        [sys.executable, "-m", "pieces_framework.importing", str(tmp_path), entry_point],
        capture_output=True,
        text=True,
    )
    answer: dict[str, str] = json.loads(done.stdout)
    return done.returncode, answer


def test_extraction_prints_the_metadata_and_nothing_else(tmp_path: Path) -> None:
    exit_code, answer = extracted(tmp_path, SOURCE, "some_piece:piece")

    assert exit_code == 0
    assert answer.keys() == {"metadata", "framework"}


@pytest.mark.parametrize(
    ("source", "entry_point", "exit_code", "error"),
    [
        pytest.param(SOURCE, "some_piece:number", 65, "is int, not a piece", id="no piece"),
        pytest.param(SOURCE, "some_piece:peice", 65, "has no `peice`", id="no such name"),
        pytest.param(SOURCE, "some_peice:piece", 65, "no module `some_peice`", id="no module"),
        pytest.param(
            "import nowhere", "some_piece:p", 65, "`nowhere` is not installed here", id="dependency"
        ),
        pytest.param(
            "import some_piece.auth",
            "some_piece:p",
            65,
            "no module `some_piece.auth`",
            id="own module",
        ),
        pytest.param("1 / 0", "some_piece:p", 65, "some_piece.py:1)", id="raises"),
        pytest.param("def", "some_piece:p", 65, "some_piece.py:1` is not valid", id="syntax"),
        pytest.param(
            "from pieces_framework import Proprety", "some_piece:p", 65, "Proprety", id="misspelt"
        ),
    ],
)
def test_extraction_says_what_is_wrong_and_where(
    tmp_path: Path, source: str, entry_point: str, exit_code: int, error: str
) -> None:
    code, answer = extracted(tmp_path, source, entry_point)

    assert error in answer["error"]
    assert answer["hint"]
    assert code == exit_code
