"""Takes the secrets out of what a cassette is to hold, the same way when recording and replaying.

A value is secret because it was given as one, because of the name it goes by, or because it was
seen under such a name before: a service that repeats the token it was sent gives nothing away.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from pieces_framework import JsonValue
from pieces_framework.javascript import js_text
from pieces_framework.wire import parse_json
from pieces_framework.written_forms import pattern_of

from .cassette_error import CassetteError
from .secret_names import SecretNames
from .seen_secrets import SeenSecrets

PLACEHOLDER: Final = "SCRUBBED"
"""What stands where a secret text was; where it was a number, 0 stands."""
MIN_SECRET_CHARACTERS: Final = 4
"""Shorter text is in too many words to be taken out of all of them."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_PAIR: Final = re.compile(r"""(^|[?&;,\s"'(])([\w.\-%\[\]]+)=([^&;,#\s"'<>()]+)""")
"""`name=value` in the text of a URL, a form or a log."""
_QUOTED_PAIR: Final = re.compile(r'("([^"\\]{1,100})"\s*:\s*")((?:[^"\\]|\\.)*)')
"""`"name": "value"` in text that is not JSON as a whole."""
_USER_IN_URL: Final = re.compile(r"(?<=://)[^/?#\s@\"'<>]+(?=@)")
_SCHEME: Final = re.compile(r"\b((?:Bearer|Basic)\s+)(?=[^\s\d]*\d)([A-Za-z0-9._~+/-]{16,}=*)")
"""An `Authorization` value in a text; with a digit in it, for prose has "Basic authentication"."""
_FIELD: Final = re.compile(r'(name="([^"]*)"(?:\r\n[^\r\n]+)*\r\n\r\n)(.*?)(?=\r\n--)', re.DOTALL)
"""A field of a `multipart/form-data` body."""


class Scrubber:
    """Replaces secrets by a placeholder.

    Args:
        secrets: texts to take out wherever they are, in whatever form.
        secret_names: further names whose values are secret.

    Raises:
        CassetteError: if one of `secrets` is too short to be told from ordinary text.
    """

    def __init__(self, secrets: Iterable[str], secret_names: Collection[str] = ()) -> None:
        given: set[str] = set()
        self._seen: Final = SeenSecrets()
        self._names: Final = SecretNames(secret_names)
        for place, secret in enumerate(secrets, 1):
            if len(secret.strip()) < MIN_SECRET_CHARACTERS:
                raise CassetteError(
                    f"secret number {place} is shorter than {MIN_SECRET_CHARACTERS} characters",
                    hint="leave it out: it would be taken out of ordinary words; or is it unset?",
                )
            given.update((secret, secret.strip()))
        self._given: Final = pattern_of(given)

    def holds_secret(self, text: str) -> bool:
        """Whether a secret is in `text`, in any form."""
        return self.literal(text) != text

    def literal(self, text: str) -> str:
        """Return `text` without the secrets that are known by their value."""
        return self._seen.replaced(self._given.sub(PLACEHOLDER, text), PLACEHOLDER)

    def text(self, text: str) -> str:
        """Return `text` without secrets: the known ones, and those that a name gives away."""
        text = _USER_IN_URL.sub(lambda found: self._learned(found[0], found[0]), text)
        text = _SCHEME.sub(lambda found: found[1] + self._learned(found[2], found[2]), text)
        text = _PAIR.sub(self._pair, text)
        text = _QUOTED_PAIR.sub(self._quoted_pair, text)
        return self.literal(text)

    def header(self, name: str, value: str) -> str:
        """Return the value of a header, and remember it if it is a secret."""
        if not self._names.in_query(name):
            return self.text(value)
        if "cookie" in name.lower():
            for crumb in value.split(";"):
                self._learn(crumb.partition("=")[2].strip())
        else:
            self._learn_credentials(value)
        return PLACEHOLDER

    def url(self, url: str) -> str:
        """Return `url` as a cassette holds it: no user, no fragment, no default port."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return self.text(url)
        self._learn(unquote_plus(parts.password or ""))
        host = f"[{host}]" if ":" in host else host
        place = host if port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{port}"
        query = f"?{self.query(parts.query)}" if parts.query else ""
        return f"{parts.scheme}://{self.literal(place).lower()}{self.text(parts.path)}{query}"

    def query(self, query: str) -> str:
        """Return a query, or a body that is a form, in its order."""
        return "&".join(map(self._query_part, query.split("&")))

    def json(self, value: JsonValue) -> JsonValue:
        """Return a JSON value of the same shape, its keys scrubbed too."""
        if isinstance(value, str):
            return self._json_text(value)
        if isinstance(value, Mapping):
            return {self.literal(name): self._field(name, item) for name, item in value.items()}
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return 0 if self.holds_secret(js_text(value)) else value
        return [self.json(item) for item in value]

    def multipart(self, text: str) -> str:
        """Return a `multipart/form-data` body; its fields have names too."""
        return self.text(_FIELD.sub(self._multipart_field, text))

    def _query_part(self, part: str) -> str:
        name, equals, value = part.partition("=")
        if equals and self._names.in_query(unquote_plus(name)):
            return f"{self.literal(name)}={self._learned(unquote_plus(value), value)}"
        return self.text(part)

    def _field(self, name: str, value: JsonValue) -> JsonValue:
        if not self._names.anywhere(name):
            return self.json(value)
        return self._hidden(value, counter=self._names.is_counter(name))

    def _hidden(self, value: JsonValue, *, counter: bool) -> JsonValue:
        if isinstance(value, str):
            return self._learned(value, value)
        if isinstance(value, Mapping):
            return {
                self.literal(name): self._hidden(item, counter=counter)
                for name, item in value.items()
            }
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return self.json(value) if counter else 0
        return [self._hidden(item, counter=counter) for item in value]

    def _json_text(self, text: str) -> str:
        """Scrub a text of a JSON value, which may be JSON once more."""
        if text[:1] not in {"{", "["}:
            return self.text(text)
        import json

        try:
            inner = parse_json(text)
        except ValueError:
            return self.text(text)
        scrubbed = self.json(inner)
        return text if scrubbed == inner else json.dumps(scrubbed, ensure_ascii=False)

    def _pair(self, found: re.Match[str]) -> str:
        lead, name, value = found.groups()
        if not self._names.in_query(unquote_plus(name)):
            return found[0]
        return f"{lead}{name}={self._learned(unquote_plus(value), value)}"

    def _quoted_pair(self, found: re.Match[str]) -> str:
        lead, name, value = found.groups()
        return f"{lead}{self._learned(value, value)}" if self._names.anywhere(name) else found[0]

    def _multipart_field(self, found: re.Match[str]) -> str:
        lead, name, value = found.groups()
        return f"{lead}{self._learned(value, value)}" if self._names.anywhere(name) else found[0]

    def _learn_credentials(self, value: str) -> None:
        """Remember what follows the scheme, and of Basic credentials the two parts too."""
        scheme, _, credentials = value.rpartition(" ")
        self._learn(credentials)
        if scheme.lower() == "basic":
            try:
                pair = b64decode(credentials, validate=True).decode()
            except ValueError:
                return
            for part in (pair, *pair.partition(":")):
                self._learn(part)

    def _learned(self, secret: str, written: str) -> str:
        """Remember a secret; return the placeholder if anything is `written` there."""
        self._learn(secret)
        return PLACEHOLDER if written else written

    def _learn(self, secret: str) -> None:
        if PLACEHOLDER not in secret:
            self._seen.add(secret)
