"""What a piece may return, and how a refusal names the place."""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from pieces_framework import AuthorCodeError, JsonValue
from pieces_framework.output import json_output, trigger_output


class Flavor(Enum):
    LEMON = "lemon"


class Size(IntEnum):
    SMALL = 1


class Opening(Enum):
    DAY = date(2026, 3, 1)


class Order(NamedTuple):
    flavor: Flavor
    scoops: int


@dataclass
class Cone:
    order: Order
    at: datetime


class Cup(BaseModel):
    flavor: Flavor
    at: datetime


AT = datetime(2026, 11, 22, 1, 2, 3, 4000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param((1, "a", None, True, 1.5), [1, "a", None, True, 1.5], id="tuple"),
        pytest.param(Flavor.LEMON, "lemon", id="enum"),
        pytest.param([Size.SMALL], [1], id="int enum"),
        pytest.param(Opening.DAY, "2026-03-01", id="enum of dates"),
        pytest.param({Flavor.LEMON: 1}, {"lemon": 1}, id="enum as key"),
        pytest.param(AT, "2026-11-22T01:02:03.004000+00:00", id="datetime"),
        pytest.param(
            [date(2026, 1, 2), time(3, 4)], ["2026-01-02", "03:04:00"], id="date and time"
        ),
        pytest.param(
            Cone(Order(Flavor.LEMON, 2), AT),
            {"order": ["lemon", 2], "at": "2026-11-22T01:02:03.004000+00:00"},
            id="dataclass",
        ),
        pytest.param(
            {"cups": [Cup(flavor=Flavor.LEMON, at=AT)]},
            {"cups": [{"flavor": "lemon", "at": "2026-11-22T01:02:03.004000Z"}]},
            id="pydantic model",
        ),
        pytest.param(
            MappingProxyType({"a": OrderedDict([("b", 1)])}), {"a": {"b": 1}}, id="mappings"
        ),
        pytest.param(deque([range(2)]), [[0, 1]], id="sequences"),
    ],
)
def test_what_stands_for_json_becomes_json(value: object, expected: JsonValue) -> None:
    output = json_output(value)

    assert output == expected
    assert json.loads(json.dumps(output)) == output


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_json_stays_as_it_is(value: object) -> None:
    assert json_output(value) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(b"x", "`output` is `bytes`", id="bytes"),
        pytest.param(
            {"items": [0, 0, 0, {"data": bytearray()}]},
            "`output.items[3].data` is `bytearray`",
            id="deep",
        ),
        pytest.param({"a b": {1, 2}}, "`output['a b']` is `set`", id="odd key"),
        pytest.param({"x": float("nan")}, "`output.x` is nan", id="nan"),
        pytest.param([float("-inf")], "`output[0]` is -inf", id="infinity"),
        pytest.param({"x": {1: 2}}, "`output.x` has the key 1, a `int`", id="number as key"),
        pytest.param(Cone, "`output` is `type`", id="a class"),
        pytest.param(Cup, "`output` is `ModelMetaclass`", id="a model's class"),
        pytest.param(iter([]), "`output` is `list_iterator`", id="iterator"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(value: object, message: str) -> None:
    with pytest.raises(AuthorCodeError) as refused:
        json_output(value)

    assert message in refused.value.message


def test_a_list_that_contains_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)

    with pytest.raises(AuthorCodeError, match="contains itself"):
        json_output(endless)


@pytest.mark.parametrize("value", [[], [1], (1, 2)], ids=["none", "list", "tuple"])
def test_a_trigger_may_return_a_list(value: Sequence[int]) -> None:
    assert trigger_output("new_flavor", "run", value) == list(value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("text", "str"),
        ({"id": 1}, "dict"),
        (None, "NoneType"),
        (iter([]), "list_iterator"),
        (b"", "bytes"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_trigger_that_returns_no_list_is_told_what_it_returned(value: object, kind: str) -> None:
    with pytest.raises(AuthorCodeError, match=f"`new_flavor` must return a list, got `{kind}`"):
        trigger_output("new_flavor", "run", value)
