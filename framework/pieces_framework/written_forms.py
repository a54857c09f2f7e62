"""How a secret may be written: one pattern that finds it however it was quoted on the way.

A secret passes through URLs, JSON, HTML, Basic credentials and mixtures of them. So each of its
characters is looked for in every way of writing it, and each may be written in a way of its own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from html.entities import codepoint2name
from typing import Final

_SHORT_ESCAPES: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_ASCII_END: Final = 0x80
_BASE64: Final = {"+": r"(?:[+-]|%2[bB])", "/": r"(?:\\?/|_|%2[fF])"}
"""Both alphabets of RFC 4648, and what a URL or JSON makes of their two odd characters."""


def pattern_of(secrets: Iterable[str]) -> re.Pattern[str]:
    r"""Return a pattern that finds each of `secrets`, however it is written.

    Plain and in other case, in a URL, inside quotes of JSON, Python or HTML, several times over,
    as hexadecimal digits, and as a part of something in base64. Bytes are to be searched as
    Latin-1 text. Without a secret it finds nothing.

    >>> pattern = pattern_of(['a+b"c/'])
    >>> [bool(pattern.search(text)) for text in ('a+b"c/', r'a+b\"c\/', "a%2Bb%22c%252F")]
    [True, True, True]
    """
    # The longest first: of two that begin alike, the whole one is to be found.
    ordered = sorted(set(secrets), key=lambda secret: (-len(secret), secret))
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
        return rf"(?:\\{{{len(character)},}}|(?:%(?:25)*5c|\\+u005c|\\+x5c){{{len(character)}}})"
    return f"(?:{'|'.join(dict.fromkeys(_ways_to_write(character)))})"


def _ways_to_write(character: str) -> Iterator[str]:
    code = ord(character)
    bare = re.escape(character)
    yield bare if character.isalnum() else rf"\\*{bare}"
    if code >= _ASCII_END:
        yield re.escape(utf8(character).decode("latin-1"))
    if character == " ":
        yield r"\+"
    if character in _SHORT_ESCAPES:
        yield rf"\\+{_SHORT_ESCAPES[character]}"
    for data in _encodings(character):
        yield "".join(f"%(?:25)*{byte:02x}" for byte in data)
    units = character.encode("utf-16-be", "surrogatepass").hex()
    yield "".join(rf"\\+u{units[at : at + 4]}" for at in range(0, len(units), 4))
    yield rf"\\+U{code:08x}"
    if code <= 0xFF:
        yield rf"\\+x{code:02x}"
    yield f"&(?:amp;)*#(?:0*{code}|x0*{code:x});"
    if code in codepoint2name:
        yield f"&(?:amp;)*{codepoint2name[code]};"


def base64_parts(data: bytes) -> Iterator[str]:
    """Yield what is the same in base64 whatever stands before and after `data`.

    Three bytes make four characters, so it begins at one of three places in a group; characters
    that share bits with a neighbour are left out.
    """
    for offset in range(3):
        written = b64encode(bytes(offset) + data).decode()
        yield written[(offset * 8 + 5) // 6 : (offset + len(data)) * 8 // 6]
