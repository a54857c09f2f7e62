"""A piece that keeps every promise, with one property of each kind and a trigger of each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_IMPORTS: Final = """
import os, socket, threading
from pieces_framework import *

with socket.socket() as trial:
    trial.bind(("127.0.0.1", 0))
os.environ["GOOD_TRIAL"] = "x"
del os.environ["GOOD_TRIAL"]
worker = threading.Thread(target=len, args=("",))
worker.start()
worker.join()


"""

_EVERY: Final = """class KeyProps(Props):
    region = Property.StaticDropdown(
        display_name="Region", required=True, options=[DropdownOption("EU", "eu")]
    )
    key = Property.SecretText(display_name="Key", required=True, min_length=40)


key = PieceAuth.CustomAuth(props=KeyProps)
sign_in = PieceAuth.OAuth2(auth_url="https://a", token_url="https://b", scope=["x"])


def shops(context: PropertyContext[object]) -> DropdownState[int]:
    return DropdownState(disabled=True, placeholder="Connect first")


def children(context: PropertyContext[object]) -> dict[str, PropertyBase[object]]:
    return {}


class Row(Props):
    name = Property.ShortText(display_name="Name", required=True)
    amount = Property.Number(display_name="Amount")


class EveryProps(Props):
    short = Property.ShortText(display_name="A", required=True, min_length=3, max_length=5)
    long = Property.LongText(display_name="A")
    rich = Property.RichText(display_name="A")
    secret = Property.SecretText(display_name="A")
    note = Property.MarkDown(value="*Hello*")
    number = Property.Number(display_name="A", gt=10, lt=20, multiple_of=3, required=True)
    checkbox = Property.Checkbox(display_name="A")
    moment = Property.DateTime(display_name="A", required=True)
    span = Property.DateRange(display_name="A")
    choice = Property.StaticDropdown(display_name="A", options=[DropdownOption("B", {"b": 1})])
    choices = Property.StaticMultiSelectDropdown(
        display_name="A", required=True, options=[DropdownOption("B", 1), DropdownOption("C", 2)]
    )
    shop = Property.Dropdown(display_name="A", options=shops, refreshers=[], required=True)
    shops = Property.MultiSelectDropdown(display_name="A", options=shops, refreshers=[])
    dynamic = Property.DynamicProperties(display_name="A", props=children, refreshers=["shop"])
    json = Property.Json(display_name="A")
    object = Property.Object(display_name="A", required=True)
    file = Property.File(display_name="A", required=True)
    stream = Property.File(display_name="A", streaming=True)
    texts = Property.Array(display_name="A")
    rows = Property.Array(display_name="A", properties=Row, required=True)
    color = Property.Color(display_name="A")
    code = Property.ShortText(display_name="A", pattern=r"^[0-9]{5}$")
    odd = Property.ShortText(display_name="A", pattern=r"^no value known$")


@create_action(
    name="every", display_name="E", description="", auth=(key, sign_in), props=EveryProps
)
async def every(context: ActionContext[object, EveryProps]) -> dict[str, JsonValue]:
    props = context.props_value
    assert 3 <= len(props.short) <= 5
    assert props.number in {12, 15, 18}
    assert isinstance(props.shop, int)
    return {"names": [row.name for row in props.rows], "file": len(props.file.data)}


@create_action(
    name="odd", display_name="O", description="",
    props={"odd": Property.ShortText(display_name="A", pattern="^no value known$", required=True)},
)
def odd(context: ActionContext[None]) -> None:
    return None


"""

_TRIGGERS: Final = """@create_trigger(
    name="posted", display_name="P", description="", strategy=TriggerStrategy.WEBHOOK,
    sample_data={"id": 1},
)
async def posted(context: WebhookRunContext[None]) -> list[JsonValue]:
    return [context.payload.body["order"]]


@posted.on_enable
async def subscribe(context: WebhookContext[None]) -> None:
    await context.store.put("id", context.webhook_url)


@posted.on_disable
async def unsubscribe(context: WebhookContext[None]) -> None:
    await context.store.delete("id")


@create_trigger(
    name="by_hand", display_name="H", description="", strategy=TriggerStrategy.MANUAL,
)
async def by_hand(context: ManualTriggerRunContext[None]) -> list[JsonValue]:
    return [context.payload.body]


"""

_EVERY_PIECE: Final = """piece = create_piece(
    display_name="Good", logo_url="", auth=(key, sign_in), actions=[every, odd],
    triggers=[posted, by_hand],
)
"""

_SMALL_PIECE: Final = """
piece = create_piece(display_name="Good", logo_url="", actions=[], triggers=[posted, by_hand])
"""

SOURCE: Final = _IMPORTS + _EVERY + _TRIGGERS + _EVERY_PIECE

SMALL: Final = _IMPORTS + _TRIGGERS + _SMALL_PIECE


PYPROJECT: Final = """
[project]
name = "acme-piece-good"
version = "1.2.3"

[project.entry-points.pieces]
good = "piece_good:piece"
"""

SERVICE: Final = """
import pytest
from pieces_engine.contract import ContractService
from pieces_framework import WebhookPayload


@pytest.fixture
def contract_service():
    return ContractService(
        auth={"type": "CUSTOM_AUTH", "props": {"region": "eu", "key": "k" * 40}},
        props={"odd": "no value known"},
        part_props={
            "every": {
                "short": "abc", "number": 12, "moment": "2026-01-01", "choices": [1], "shop": 1,
                "object": {}, "file": "data:text/plain;base64,YQ==", "rows": [{"name": "x"}],
            },
        },
        events={"by_hand": lambda: WebhookPayload(body={"id": 7})},
    )
"""


def write_good(top: Path, name: str = "good", *, conftest: str = "", source: str = SOURCE) -> Path:
    """Write the piece into a folder of `top`, and return it."""
    folder = top / name
    (folder / "piece_good").mkdir(parents=True)
    (folder / "piece_good" / "__init__.py").write_text(source)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    if conftest:
        (folder / "conftest.py").write_text(conftest)
    return folder
