"""The ledger: which ids were seen of late, and from when on items are looked at.

In the store it is `{"after": ms, "ids": text}`. The text is base64 of 18 bytes for
each id: 12 of its digest, then 6 of its time, so that the size does not depend on what ids a
service has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from struct import Struct
from typing import Final, cast

from pieces_framework import AuthorCodeError, JsonValue

from .item_ids import DIGEST_BYTES

MAX_IDS: Final = 20_000
"""How many ids are kept: 24 bytes each in the store, which takes 512 KB."""
_ENTRY: Final = Struct(f">{DIGEST_BYTES}sHI")
"""A digest and 48 bits of time: `struct` has no number of six bytes."""
_LATEST_MS: Final = 2**47 - 1
"""Of the year 6429. Whatever is later is remembered as of then."""
_OFFSET_MS: Final = 2**47
"""Added to a time, so that none is negative."""


class Ledger:
    """What is known of the items so far.

    Args:
        after_ms: items up to here are old, whatever their id.
        stamps: the time of each remembered item, by the digest of its id.
    """

    def __init__(self, *, after_ms: int, stamps: dict[bytes, int]) -> None:
        self.after_ms = after_ms
        self.stamps: Final = stamps

    @classmethod
    def begun(cls, stamps: Sequence[float], *, now_ms: int, overlap_ms: int) -> Ledger:
        """Return one that knows no ids, and begins with items of these times."""
        latest = _latest(stamps, now_ms)
        return cls(after_ms=_old_until(now_ms if latest is None else latest, overlap_ms), stamps={})

    def remember(self, digest: bytes, stamp: float) -> None:
        """Keep an id, with the later of the times it was seen with."""
        if stamp > self.stamps.get(digest, -math.inf):
            self.stamps[digest] = _whole_ms(stamp)

    def advance(self, stamps: Sequence[float], *, now_ms: int, overlap_ms: int) -> None:
        """Move on in time, after items of these times were seen, and forget what is old.

        Times in the future move nothing, or one wrong date would hide all that follows.

        An id is remembered for another overlap after items of its time are old: its time may move
        by as much, and the item is still known.

        Raises:
            AuthorCodeError: if more items are in the future than can be remembered.
        """
        latest = _latest(stamps, now_ms)
        if latest is not None:
            self.after_ms = max(self.after_ms, _old_until(latest, overlap_ms))
        reach_ms = self.after_ms - overlap_ms
        for digest in [digest for digest, stamp in self.stamps.items() if stamp <= reach_ms]:
            del self.stamps[digest]
        if len(self.stamps) > MAX_IDS:
            self._shrink(now_ms)

    def _shrink(self, now_ms: int) -> None:
        """Forget the oldest ids, and what is as old as they are: nothing shall come twice."""
        by_age = sorted(self.stamps.items(), key=lambda entry: entry[1])
        dropped = by_age[: len(by_age) - MAX_IDS]
        latest = dropped[-1][1]
        if latest > now_ms:
            raise AuthorCodeError(
                f"more than {MAX_IDS} of the trigger's items have an `epoch_ms` in the future",
                hint="give the time at which an item was created or changed, not when it is due",
            )
        for digest, _ in dropped:
            del self.stamps[digest]
        self.after_ms = max(self.after_ms, latest)

    def document(self) -> dict[str, JsonValue]:
        """Return it as the store keeps it: never more than 500,000 bytes."""
        from base64 import b64encode

        packed = b"".join(
            _ENTRY.pack(digest, *divmod(stamp + _OFFSET_MS, 2**32))
            for digest, stamp in self.stamps.items()
        )
        return {"after": self.after_ms, "ids": b64encode(packed).decode("ascii")}


def ledger_of(document: object) -> Ledger | None:
    """Read what `Ledger.document` made; `None` if it is anything else."""
    if not isinstance(document, Mapping):
        return None
    fields = cast("Mapping[str, object]", document)  # the keys of JSON are text
    after_ms, stamps = fields.get("after"), _stamps(fields.get("ids"))
    if type(after_ms) is not int or stamps is None:
        return None
    return Ledger(after_ms=after_ms, stamps=stamps)


def _stamps(text: object) -> dict[bytes, int] | None:
    from base64 import b64decode

    if not isinstance(text, str):
        return None
    try:
        packed = b64decode(text, validate=True)
    except ValueError:
        return None
    if len(packed) % _ENTRY.size:
        return None
    return {
        digest: high * 2**32 + low - _OFFSET_MS for digest, high, low in _ENTRY.iter_unpack(packed)
    }


def _latest(stamps: Sequence[float], now_ms: int) -> float | None:
    """Return the latest that is not in the future."""
    return max((stamp for stamp in stamps if stamp <= now_ms), default=None)


def _old_until(latest: float, overlap_ms: int) -> int:
    # One less, for what is exactly as late as it may be is not old.
    return math.floor(max(-_OFFSET_MS, latest)) - overlap_ms - 1


def _whole_ms(stamp: float) -> int:
    """Rounded up: better remembered too long than too short."""
    return math.ceil(max(-_OFFSET_MS, min(stamp, _LATEST_MS)))
