"""What counts as a secret in a text, and one pattern that finds it however it is written.

A secret passes through URLs, JSON, HTML, Basic credentials and mixtures of them. So each of its
characters is looked for in every way of writing it, and each may be written in a way of its own.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from html.entities import codepoint2name
from itertools import chain, groupby
from operator import itemgetter
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus

MASK: Final = "***"
"""What stands where a secret was."""
MIN_SECRET_CHARACTERS: Final = 4
"""Shorter text is in too many words to hide it, and is nobody's secret."""

# Bounded, or a text of nothing but these would cost the square of its length.
_MOST_SLASHES: Final = 32  # quoted five times over
_PERCENTS: Final = "(?:25){0,8}"
_SLASHES: Final = rf"(?:\\{{1,{_MOST_SLASHES}}}|(?:%{_PERCENTS}5c){{1,{_MOST_SLASHES}}})"
"""What JSON or Python writes before a character, also inside of a URL."""
_AMPERSANDS: Final = "(?:amp;){0,8}"
_ZEROS: Final = "0{0,8}"
_SHORT_ESCAPES: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_ASCII_END: Final = 0x80
_MAX_WHOLE: Final = 200
"""A longer secret is looked for by its ends: each character in every writing costs a millisecond
to compile, and a private key has thousands."""
_END: Final = 64
_MIN_LINE: Final = 20
"""A shorter line of a secret may be a word."""
_BASE64: Final = {"+": r"(?:[+-]|%2[bB])", "/": r"(?:\\?/|_|%2[fF])"}
"""Both alphabets of RFC 4648, and what a URL or JSON makes of their two odd characters."""


def secret_pattern(secrets: Iterable[str], plainly: Iterable[str] = ()) -> re.Pattern[str]:
    r"""Return a pattern that finds each of `secrets`, however it is written.

    Each is looked for with and without the spaces around it; what is shorter than
    `MIN_SECRET_CHARACTERS` is not looked for.

    Plain and in other case, in a URL, inside quotes of JSON, Python or HTML, several times over,
    in JSON that is inside of a URL or HTML, as hexadecimal digits, and as a part of something in
    base64. Bytes are to be searched as Latin-1 text. Without a secret it finds nothing.

    Of a secret of more than 200 characters its first and last 64 are looked for, and taken out
    with all between them; and where a text holds only a part of it, each end, and as it is or in
    JSON each 64 characters from its start. Of a secret of several lines each line of 20 characters
    or more is looked for too, as it is or in JSON, and the whole without its line breaks.

    What is in `plainly` is cheap to look for, and is found only as it is, in JSON and in a URL.

    Not found is a secret in base64 that is broken into lines, and in any encoding not named here.

    >>> pattern = secret_pattern(['a+b"c/'])
    >>> [bool(pattern.search(text)) for text in ('a+b"c/', r'a+b\"c\/', "a%2Bb%22c%252F")]
    [True, True, True]
    """
    closely = _wanted(secrets)
    # The longest first: of two that begin alike, the whole one is to be found.
    ordered = sorted(closely | _wanted(plainly), key=lambda secret: (-len(secret), secret))
    whole = (
        form
        for is_close, run in groupby(ordered, key=closely.__contains__)
        for form in (chain.from_iterable(map(_forms, run)) if is_close else [_in_usual_forms(run)])
    )
    # After all that is whole: two secrets may begin alike, and one end be found instead of both.
    parts = _parts([secret for secret in ordered if secret in closely])
    return re.compile("|".join([*whole, *parts]) or r"(?!)")


def _wanted(secrets: Iterable[str]) -> set[str]:
    forms = {form for secret in secrets for form in (secret, secret.strip())}
    return {form for form in forms if len(form) >= MIN_SECRET_CHARACTERS}


def _in_usual_forms(secrets: Iterable[str]) -> str:
    return _any_of({form for secret in secrets for form in _usual_forms(secret)})


def _usual_forms(text: str) -> tuple[str, ...]:
    in_json = (json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
    return (text, *in_json, quote(utf8(text), safe=""), quote_plus(utf8(text)))


def _forms(secret: str) -> Iterator[str]:
    if len(secret) > _MAX_WHOLE:
        yield from map("".join, _ends(secret))
        return
    yield _in_any_writing(secret)
    for data in _encodings(secret):
        yield f"(?i:{data.hex()})"
        yield from map(_in_base64, base64_parts(data))


class _Ends(NamedTuple):
    """Patterns of a long secret in one kind of writing: its two ends, and what is between them."""

    head: str
    gap: str
    tail: str


def _ends(secret: str) -> Iterator[_Ends]:
    yield _ends_of(secret, _in_any_writing, 12)  # a character may become two of `\u1234`
    for data in _encodings(secret):
        yield _ends_of(data.hex(), "(?i:{})".format, 1)
        for part in base64_parts(data):
            yield _ends_of(part, _in_base64, 3)


def _ends_of(written: str, pattern: Callable[[str], str], growth: int) -> _Ends:
    head, tail = pattern(written[:_END]), pattern(written[-_END:])
    between = written[_END:-_END]
    if _repeats_an_end(written.lower()):
        # An end says nothing then: in each usual writing it is so many characters.
        usual = (between, json.dumps(between)[1:-1], quote(utf8(between), safe=""))
        lengths = sorted({len(each) for each in usual}, reverse=True)
        return _Ends(head, f"(?s:{'|'.join(f'.{{{each}}}' for each in lengths)})", tail)
    # Up to the next beginning, or a text of nothing but these would cost the square of its length.
    gap = f"(?s:(?!{head}).){{{len(between)},{len(between) * growth}}}?"
    return _Ends(head, gap, tail)


def _repeats_an_end(written: str) -> bool:
    return written.find(written[:_END], 1) > 0 or written.find(written[-_END:], 0, -1) >= 0


def _parts(secrets: Sequence[str]) -> Iterator[str]:
    long = [secret for secret in secrets if len(secret) > _MAX_WHOLE]
    for secret in long:
        for ends in _ends(secret):
            yield from (ends.head, ends.tail)
    stripped = dict.fromkeys(secret.strip() for secret in long)
    slices = [text[at : at + _END] for text in stripped for at in range(0, len(text), _END)]
    found = {text for text in slices if len(text) == _END}
    found.update(line for secret in secrets for line in _lines(secret))
    if found:
        yield f"(?:{_any_of({*found, *(json.dumps(text)[1:-1] for text in found)})})+"


def _lines(secret: str) -> Iterator[str]:
    """Yield what is left of `secret` where its line breaks are others, or none."""
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:
        yield from (text for text in (*lines, "".join(lines)) if len(text) >= _MIN_LINE)


def _any_of(texts: Iterable[str], depth: int = 2) -> str:
    """Return a pattern of any of `texts`, told apart by their first characters.

    One by one, thousands would be tried at each place of a text. Of two that begin alike the
    longer is found.
    """
    ordered = sorted(texts, reverse=True)
    if depth == 0:
        return "|".join(map(re.escape, ordered))
    by_first = groupby(ordered, key=itemgetter(0))
    return "|".join(
        f"{re.escape(first)}(?:{_any_of([text[1:] for text in group], depth - 1)})"
        for first, group in by_first
    )


def _in_any_writing(text: str) -> str:
    runs = re.findall(r"\\+|[^\\]", text)
    return f"(?i:{''.join(map(_character, runs))})"


def _in_base64(part: str) -> str:
    return "".join(_BASE64.get(character, character) for character in part)


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
        times = f"{{{count},{count * _MOST_SLASHES}}}"
        coded = rf"{_SLASHES}(?:u005c|x5c)"
        return rf"(?:\\{times}|(?:%{_PERCENTS}5c){times}|(?:{coded}){{{count}}})"
    return f"(?:{'|'.join(dict.fromkeys(_ways_to_write(character)))})"


def _ways_to_write(character: str) -> Iterator[str]:
    code = ord(character)
    direct = "|".join(dict.fromkeys(_without_slashes(character)))
    yield direct if character.isalnum() else f"{_SLASHES}?(?:{direct})"
    units = character.encode("utf-16-be", "surrogatepass").hex()
    escapes = [f"U{code:08x}"]
    if len(units) == len("1234"):
        escapes.append(f"u{units}")
    else:
        yield f"{_SLASHES}u{units[:4]}{_SLASHES}u{units[4:]}"
    if code <= 0xFF:
        escapes.append(f"x{code:02x}")
    if character in _SHORT_ESCAPES:
        escapes.append(_SHORT_ESCAPES[character])
    yield f"{_SLASHES}(?:{'|'.join(escapes)})"


def _without_slashes(character: str) -> Iterator[str]:
    code = ord(character)
    yield re.escape(character)
    if code >= _ASCII_END:
        yield re.escape(utf8(character).decode("latin-1"))
    if character == " ":
        yield r"\+"
    for data in _encodings(character):
        yield "".join(f"%{_PERCENTS}{byte:02x}" for byte in data)
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
