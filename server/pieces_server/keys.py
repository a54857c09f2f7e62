"""API keys: made, stored as hashes, and recognised."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from .database import api_keys, new_id, now, random_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine


def create_key(engine: Engine, name: str, show: Callable[[str], object]) -> None:
    """Make a key, show it, and store its hash: it cannot be shown again.

    Args:
        engine: the instance's database.
        name: what the key is for.
        show: is given the key. If it raises, no key is made: nobody would have it.
    """
    key = "sk-" + random_text(61)
    row = {
        "id": new_id(),
        "name": name,
        "sha256": _sha256(key),
        "last_4": key[-4:],
        "created": now(),
    }
    with engine.begin() as connection:
        connection.execute(insert(api_keys).values(row))
        show(key)


def has_keys(engine: Engine) -> bool:
    """Whether any key was ever made."""
    with engine.connect() as connection:
        return bool(connection.scalar(select(func.count()).select_from(api_keys)))


def is_known(engine: Engine, key: str) -> bool:
    """Whether `key` is one of the instance's."""
    wanted = _sha256(key)
    with engine.connect() as connection:
        stored = connection.scalar(select(api_keys.c.sha256).where(api_keys.c.sha256 == wanted))
    return stored is not None and hmac.compare_digest(str(stored), wanted)


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
