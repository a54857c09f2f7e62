"""The piece as a whole, and its auth."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pieces_framework import ConnectionRejectedError
from pieces_framework.importing import import_piece

from piece_gelato import gelato
from piece_gelato.auth import gelato_auth


def test_entry_point_leads_to_the_piece() -> None:
    pyproject = Path(__file__).parent.parent / "pyproject.toml"
    project = tomllib.loads(pyproject.read_text())["project"]

    loaded = import_piece(project["entry-points"]["pieces"]["gelato"])

    assert loaded is gelato


def test_piece_has_one_trigger_of_each_kind() -> None:
    triggers = gelato.triggers

    assert {name: trigger.strategy.value for name, trigger in triggers.items()} == {
        "new_flavor": "POLLING",
        "new_flavor_created": "WEBHOOK",
    }
    assert list(gelato.actions) == ["get_icecream_flavor"]


async def test_test_key_is_accepted() -> None:
    await gelato_auth.check("test-key")


async def test_key_pasted_with_a_line_break_is_refused() -> None:
    with pytest.raises(ConnectionRejectedError, match="line breaks"):
        await gelato_auth.check("test-key\n")
