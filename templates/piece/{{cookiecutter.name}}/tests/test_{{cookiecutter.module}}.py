"""What holds for the piece as a whole."""

from __future__ import annotations

import json

{{ cookiecutter.import_piece }}


def test_metadata_is_json_and_names_the_piece() -> None:
    text = json.dumps(piece.metadata(), allow_nan=False)

    assert json.loads(text)["displayName"] == piece.display_name
