"""Pieces: what `create_piece` refuses, and the metadata it gives."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pieces_framework import (
    ActionContext,
    AppEvents,
    AuthField,
    AuthValidation,
    AuthValidationContext,
    ConnectionRejectedError,
    JsonValue,
    ParseContext,
    ParsedEvent,
    PieceAuth,
    PieceCategory,
    PieceNotFoundError,
    PollingTriggerContext,
    Property,
    Props,
    TriggerStrategy,
    VerifyContext,
    WebhookContext,
    WebhookPayload,
    WebhookResponse,
    WebhookRunContext,
    create_action,
    create_piece,
    create_trigger,
)
from pieces_framework.importing import import_piece
from pieces_framework.wire import Overlay

login = PieceAuth.BasicAuth(
    display_name="Login",
    username=AuthField(display_name="User"),
    password=AuthField(display_name="Password"),
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


def test_everything_a_piece_may_say() -> None:
    piece = create_piece(
        display_name="Gelato",
        logo_url="",
        auth=(auth, login),
        actions=[],
        triggers=[],
        categories=[PieceCategory.COMMERCE, PieceCategory.SALES_AND_CRM],
        minimum_supported_release="0.91.0",
        maximum_supported_release="1.0.0",
        deprecated={"message": "Use Sorbet"},
    )

    assert json.loads(json.dumps(piece.metadata())) == {
        "displayName": "Gelato",
        "logoUrl": "",
        "description": "",
        "authors": [],
        "categories": ["COMMERCE", "SALES_AND_CRM"],
        "auth": [auth.metadata(), login.metadata()],
        "actions": {},
        "triggers": {},
        "minimumSupportedRelease": "0.91.0",
        "maximumSupportedRelease": "1.0.0",
        "contextInfo": {"version": "2"},
        "deprecated": {"message": "Use Sorbet"},
    }


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (None, "0.82.0"),
        ("0.36.1", "0.82.0"),
        ("0.82.0", "0.82.0"),
        ("0.100.0", "0.100.0"),
    ],
)
def test_the_minimum_release_has_a_floor(given: str | None, written: str) -> None:
    piece = create_piece(
        display_name="P", logo_url="", actions=[], triggers=[], minimum_supported_release=given
    )

    assert piece.metadata()["minimumSupportedRelease"] == written
    assert piece.minimum_supported_release == given


def test_an_overlay_has_the_last_word() -> None:
    piece = create_piece(display_name="P", logo_url="", actions=[], triggers=[])

    piece.overlay = Overlay(
        {"minimumSupportedRelease": "0.30", "auth": None},
        frozenset({"contextInfo", "categories", "description"}),
    )

    assert piece.metadata() == {
        "displayName": "P",
        "logoUrl": "",
        "authors": [],
        "actions": {},
        "triggers": {},
        "minimumSupportedRelease": "0.30",
        "auth": None,
    }


def parse(context: ParseContext) -> ParsedEvent:
    reply = WebhookResponse(body=context.payload.body)
    return ParsedEvent(event="message", identifier_value=context.public_url, reply=reply)


async def verify(context: VerifyContext) -> bool:
    answers: dict[str, Any] = {"right-secret": True, "half-right": "yes"}
    answer: bool = answers.get(str(context.webhook_secret), False)
    return answer


EVENTS = AppEvents(parse_and_reply=parse, verify=verify)


async def test_an_apps_events_are_parsed() -> None:
    context = ParseContext(payload=WebhookPayload(body="hi"), public_url="https://x.test/api/")

    assert await EVENTS.parse(context) == ParsedEvent(
        event="message", identifier_value="https://x.test/api/", reply=WebhookResponse(body="hi")
    )


def verification(secret: str) -> VerifyContext:
    return VerifyContext(
        webhook_secret=secret, payload=WebhookPayload(), app_webhook_url="https://x.test/app"
    )


async def test_a_request_is_genuine_when_verify_says_true() -> None:
    assert await EVENTS.is_genuine(verification("right-secret"))


@pytest.mark.parametrize(
    ("events", "secret"),
    [
        pytest.param(EVENTS, "wrong-secret", id="refused"),
        pytest.param(EVENTS, "half-right", id="an answer that is no bool"),
        pytest.param(AppEvents(parse_and_reply=parse), "right-secret", id="nobody verifies"),
    ],
)
async def test_nothing_else_is_genuine(events: AppEvents, secret: str) -> None:
    assert not await events.is_genuine(verification(secret))


def test_an_apps_secret_is_never_shown() -> None:
    assert "right-secret" not in repr(verification("right-secret"))


def test_a_piece_knows_the_folder_it_is_declared_in() -> None:
    piece = create_piece(display_name="P", logo_url="", actions=[], triggers=[])

    assert piece.folder == Path(__file__).parent


TRANSLATED = """
from pieces_framework import create_piece
piece = create_piece(
    display_name="P", logo_url="", description="Ice cream", actions=[], triggers=[]
)
"""


def test_metadata_in_another_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_piece(tmp_path, "piece_translated")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    piece = import_piece("piece_translated:piece")

    assert piece.metadata("de")["description"] == "Eis"
    assert piece.metadata("fr")["description"] == "Ice cream"
    assert piece.metadata()["description"] == "Ice cream"


def write_piece(folder: Path, name: str) -> None:
    i18n = folder / name / "i18n"
    i18n.mkdir(parents=True)
    (folder / name / "__init__.py").write_text(TRANSLATED)
    (i18n / "de.json").write_text('{"Ice cream": "Eis"}')


def test_a_piece_that_is_in_no_file_has_no_translations() -> None:
    names: dict[str, Any] = {}
    exec(TRANSLATED, names)  # as a notebook does

    assert names["piece"].folder is None
    assert names["piece"].metadata("de")["description"] == "Ice cream"


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


SOURCE = """
from pieces_framework import *
print("declaring")
piece = create_piece(display_name="P", logo_url="", actions=[], triggers=[])
number = 3
"""


def extracted(tmp_path: Path, source: str, entry_point: str) -> tuple[int, dict[str, Any]]:
    (tmp_path / "some_piece.py").write_text(source)
    return extracted_from(tmp_path, entry_point)


def extracted_from(tmp_path: Path, entry_point: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "pieces_framework.importing", str(tmp_path), entry_point],
        capture_output=True,
        text=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, answer


def test_extraction_prints_the_metadata_and_nothing_else(tmp_path: Path) -> None:
    exit_code, answer = extracted(tmp_path, SOURCE, "some_piece:piece")

    assert exit_code == 0
    assert answer.keys() == {"metadata", "i18n", "framework", "tools"}
    assert answer["tools"] == []
    assert answer["i18n"] == {}


def test_extraction_prints_the_translations(tmp_path: Path) -> None:
    write_piece(tmp_path, "some_piece")

    exit_code, answer = extracted_from(tmp_path, "some_piece:piece")

    assert exit_code == 0
    assert answer["i18n"] == {"de": {"Ice cream": "Eis"}}


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

    assert any(error in each for each in answer["errors"])
    assert answer["hint"]
    assert code == exit_code


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("import os\nos.environ['NOWHERE']", "importing a piece must only declare it"),
        ("raise SystemExit", "importing a piece must only declare it"),
        ("undefined", "correct that line"),
        ("''.undefined", "correct that line"),
    ],
)
def test_extraction_advises_by_what_was_raised(tmp_path: Path, source: str, hint: str) -> None:
    _, answer = extracted(tmp_path, source, "some_piece:piece")

    assert answer["hint"] == hint


def test_extraction_says_which_command_installs_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")

    _, answer = extracted(tmp_path, "import nowhere", "some_piece:piece")

    assert f"`{sys.executable} -m pip install -e {tmp_path}`" in answer["hint"]
