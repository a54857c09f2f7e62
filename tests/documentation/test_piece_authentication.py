"""The page "Add Piece Authentication": a piece that asks for a key."""

from __future__ import annotations

import pytest

from pieces_framework import ConnectionRejectedError, PieceAuth, create_piece
from tests.documentation.wire import as_read

sorbet_auth = PieceAuth.SecretText(
    display_name="API Key", required=True, description="Try **bar-key**"
)
sorbet = create_piece(
    display_name="Sorbet",
    logo_url="https://sorbet.example.com/logo.png",
    auth=sorbet_auth,
    authors=[],
    actions=[],
    triggers=[],
)


def test_the_metadata_asks_for_the_key() -> None:
    assert as_read(sorbet.metadata())["auth"] == {
        "type": "SECRET_TEXT",
        "displayName": "API Key",
        "description": "Try **bar-key**",
        "required": True,
    }


async def test_any_key_is_taken_where_nothing_validates_it() -> None:
    await sorbet_auth.check("bar-key")

    assert sorbet_auth.parse("bar-key") == "bar-key"


async def test_an_empty_key_is_none() -> None:
    with pytest.raises(ConnectionRejectedError, match="does not hold `API Key`"):
        await sorbet_auth.check("")
