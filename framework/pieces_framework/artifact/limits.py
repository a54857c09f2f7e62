"""How much of a wheel is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of what is read. Sizes are in bytes."""

    directory_bytes: int = 4 * 1024 * 1024
    """Size of the archive's table of contents."""
    files: int = 20_000
    """Entries of the archive, folders among them."""
    path_bytes: int = 512
    """Length of each path, in UTF-8."""
    member_bytes: int = 512 * 1024 * 1024
    """Unpacked size of each file."""
    content_bytes: int = 1024 * 1024 * 1024
    """Unpacked size of all files: each is read through once, and none is kept."""
    ratio: int = 200
    """How many times its packed size a file, or all together, may have, from the next on."""
    ratio_from_bytes: int = 16 * 1024 * 1024
    """Unpacked size below which `ratio` does not count: libraries are padded with zeros."""
    document_bytes: int = 4 * 1024 * 1024
    """Unpacked size of all files that say what the wheel is, such as `METADATA`."""
    json_values: int = 200_000
    """Values in `piece.json`, counted from above: each comma and opening bracket is one."""
    json_depth: int = 64
    """How deep lists and objects may nest in `piece.json`."""
