"""The page "Create Piece Definition": the least a piece says of itself."""

from __future__ import annotations

from pieces_framework import create_piece
from tests.documentation.wire import as_read

sorbet = create_piece(
    display_name="Sorbet",
    logo_url="https://sorbet.example.com/logo.png",
    auth=None,
    authors=[],
    actions=[],
    triggers=[],
)


def test_the_metadata_of_an_empty_piece() -> None:
    metadata = as_read(sorbet.metadata())

    assert metadata == {
        "displayName": "Sorbet",
        "logoUrl": "https://sorbet.example.com/logo.png",
        "description": "",
        "authors": [],
        "categories": [],
        "actions": {},
        "triggers": {},
        "minimumSupportedRelease": "0.82.0",
        "contextInfo": {"version": "2"},
    }
