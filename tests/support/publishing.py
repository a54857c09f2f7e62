"""Publishing to an instance as any HTTP client would, and looking at all that it stores."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import httpx

from tests.support.instance import Instance

FORM = {
    "pieceName": "piece-gelato",
    "pieceVersion": "0.1.0",
    "packageType": "ARCHIVE",
    "scope": "PLATFORM",
}


def publish(
    instance: Instance,
    archive: bytes | IO[bytes],
    *,
    name: str = "piece-gelato",
    version: str = "0.1.0",
    filename: str = "piece.whl",
    client: httpx.Client | None = None,
) -> httpx.Response:
    """Publish a wheel and return the answer, whatever it is."""
    post = client.post if client else httpx.post
    return post(
        f"{instance.url}/api/v1/pieces",
        headers=instance.headers,
        data={**FORM, "pieceName": name, "pieceVersion": version},
        files={"pieceArchive": (filename, archive)},
        timeout=60,
    )


def stored_state(instance: Instance) -> tuple[object, str, list[Path]]:
    """All that an instance has stored, as the API, the index and the data folder show it."""
    pieces = httpx.get(f"{instance.url}/api/v1/pieces", headers=instance.headers)
    index = httpx.get(f"{instance.url}/simple/", headers=instance.headers)
    files = [path for path in instance.data_folder.rglob("*") if "db" not in path.suffix]
    return pieces.json(), index.text, sorted(path for path in files if path.is_file())
