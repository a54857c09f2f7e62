"""What counts as a secret in a text, and one pattern that finds it however it is written.

A secret passes through URLs, JSON, HTML, Basic credentials and mixtures of them. So each of its
characters is looked for in every way of writing it, and each may be written in a way of its own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from html.entities import codepoint2name
from typing import Final

MIN_SECRET_CHARACTERS: Final = 4
"""Shorter text is in too many words to hide it, and is nobody's secret."""

# Bounded, or a text of nothing but these would cost the square of its length.
_MOST_SLASHES: Final = 32  # quoted five times over
_SLASHES: Final = rf"\\{{1,{_MOST_SLASHES}}}"
_PERCENTS: Final = "(?:25){0,8}"
_AMPERSANDS: Final = "(?:amp;){0,8}"
_ZEROS: Final = "0{0,8}"
_SHORT_ESCAPES: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_ASCII_END: Final = 0x80
_BASE64: Final = {"+": r"(?:[+-]|%2[bB])", "/": r"(?:\\?/|_|%2[fF])"}
"""Both alphabets of RFC 4648, and what a URL or JSON makes of their two odd characters."""


def secret_pattern(secrets: Iterable[str]) -> re.Pattern[str]:
    r"""Return a pattern that finds each of `secrets`, however it is written.

    Each is looked for with and without the spaces around it; what is shorter than
    `MIN_SECRET_CHARACTERS` is not looked for.

    Plain and in other case, in a URL, inside quotes of JSON, Python or HTML, several times over,
    as hexadecimal digits, and as a part of something in base64. Bytes are to be searched as
    Latin-1 text. Without a secret it finds nothing.

    >>> pattern = secret_pattern(['a+b"c/'])
    >>> [bool(pattern.search(text)) for text in ('a+b"c/', r'a+b\"c\/', "a%2Bb%22c%252F")]
    [True, True, True]
    """
    wanted = {form for secret in secrets for form in (secret, secret.strip())}
    # The longest first: of two that begin alike, the whole one is to be found.
    ordered = sorted(
        (secret for secret in wanted if len(secret) >= MIN_SECRET_CHARACTERS),
        key=lambda secret: (-len(secret), secret),
    )
    return re.compile("|".join(form for one in ordered for form in _forms(one)) or r"(?!)")


def _forms(secret: str) -> Iterator[str]:
    runs = re.findall(r"\\+|[^\\]", secret)
    yield f"(?i:{''.join(map(_character, runs))})"
    for data in _encodings(secret):
        yield f"(?i:{data.hex()})"
        for part in base64_parts(data):
            yield "".join(_BASE64.get(character, character) for character in part)


def _encodings(secret: str) -> set[bytes]:
    """Return the bytes of `secret`: UTF-8, and Latin-1, which Basic credentials may be in."""
    found = {utf8(secret)}
    if not secret.isascii() and all(ord(character) <= 0xFF for character in secret):
        found.add(secret.encode("latin-1"))
    return found


def utf8(text: str) -> bytes:
    """Return the bytes of any text, also of one that is not Unicode."""
    try:  # an environment variable that is not UTF-8 holds its bytes as surrogates
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _character(character: str) -> str:
    if character.startswith("\\"):
        # As a run: each quoting doubles it, and one by one they would be tried in all partitions.
        count = len(character)
        coded = rf"%{_PERCENTS}5c|{_SLASHES}u005c|{_SLASHES}x5c"
        return rf"(?:\\{{{count},{count * _MOST_SLASHES}}}|(?:{coded}){{{count}}})"
    return f"(?:{'|'.join(dict.fromkeys(_ways_to_write(character)))})"


def _ways_to_write(character: str) -> Iterator[str]:
    code = ord(character)
    bare = re.escape(character)
    yield bare if character.isalnum() else rf"(?:{_SLASHES})?{bare}"
    if code >= _ASCII_END:
        yield re.escape(utf8(character).decode("latin-1"))
    if character == " ":
        yield r"\+"
    if character in _SHORT_ESCAPES:
        yield rf"{_SLASHES}{_SHORT_ESCAPES[character]}"
    for data in _encodings(character):
        yield "".join(f"%{_PERCENTS}{byte:02x}" for byte in data)
    units = character.encode("utf-16-be", "surrogatepass").hex()
    yield "".join(rf"{_SLASHES}u{units[at : at + 4]}" for at in range(0, len(units), 4))
    yield rf"{_SLASHES}U{code:08x}"
    if code <= 0xFF:
        yield rf"{_SLASHES}x{code:02x}"
    yield f"&{_AMPERSANDS}#(?:{_ZEROS}{code}|x{_ZEROS}{code:x});"
    if code in codepoint2name:
        yield f"&{_AMPERSANDS}{codepoint2name[code]};"


def base64_parts(data: bytes) -> Iterator[str]:
    """Yield what is the same in base64 whatever stands before and after `data`.

    Three bytes make four characters, so it begins at one of three places in a group; characters
    that share bits with a neighbour are left out.
    """
    for offset in range(3):
        written = b64encode(bytes(offset) + data).decode()
        yield written[(offset * 8 + 5) // 6 : (offset + len(data)) * 8 // 6]
