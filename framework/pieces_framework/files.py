"""Files as a run receives them, and files written into text (`data:` URLs)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable
from dataclasses import dataclass, field

_DATA_URL = re.compile(r"data:(?P<type>[^;,\s]+)(?:;[^;,\s]+)*;base64,(?P<data>.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class ApFile:
    """A file read whole."""

    filename: str
    """With its extension; `unknown.<extension>` where the source did not name it."""
    data: bytes = field(repr=False)
    extension: str | None = None
    """Without the dot; what follows the last dot of `filename` where it is not given."""

    def __post_init__(self) -> None:
        _complete(self)

    @property
    def base64(self) -> str:
        """The data as base64 text, without a `data:` prefix."""
        from base64 import b64encode

        return b64encode(self.data).decode()


@dataclass(frozen=True, kw_only=True)
class ApStreamingFile:
    """A file read piece by piece, for what is too large to hold in memory."""

    filename: str
    body: AsyncIterable[bytes] = field(repr=False)
    """The bytes, once: iterate it a single time."""
    extension: str | None = None
    """Without the dot; what follows the last dot of `filename` where it is not given."""
    size_bytes: int | None = None
    """`None` where the source did not say."""

    def __post_init__(self) -> None:
        _complete(self)


def parse_data_url(text: str) -> ApFile | None:
    """Read a `data:` URL with base64 data; `None` if `text` is none or its data is broken.

    The file is called `unknown.<extension of its media type>`. Missing padding is forgiven.
    """
    found = _DATA_URL.fullmatch(text)
    if found is None:
        return None
    import binascii
    from base64 import b64decode

    from .media_types import extension_of

    encoded = "".join(found["data"].split()).rstrip("=")
    try:
        data = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return ApFile(filename=f"unknown.{extension_of(found['type'])}", data=data)


def _complete(file: ApFile | ApStreamingFile) -> None:
    if file.extension is None and "." in file.filename:
        object.__setattr__(file, "extension", file.filename.rpartition(".")[2])
