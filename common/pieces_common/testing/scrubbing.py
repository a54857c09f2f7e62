"""Takes the secrets out of what a cassette is to hold, the same way when recording and replaying.

A value is secret because it was given as one, because of the name it goes by, or because it was
seen under such a name before: a service that repeats the token it was sent gives nothing away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final
from urllib.parse import quote_plus, unquote, unquote_plus, urlsplit

from pieces_common.secret_names import SecretNames
from pieces_framework import JsonValue
from pieces_framework.javascript import js_text
from pieces_framework.secret_forms import MIN_SECRET_CHARACTERS, secret_pattern
from pieces_framework.wire import parse_json

from .cassette_error import CassetteError
from .credentials import secrets_in_cookies, secrets_in_credentials
from .named_values import readings, with_fields, with_pairs, with_url_values, with_values
from .seen_secrets import SeenSecrets

PLACEHOLDER: Final = "SCRUBBED"
"""What stands where a secret text was; where it was a number, 0 stands."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_USER_IN_URL: Final = re.compile(r"(?<=://)[^/?#\s@\"'<>]+(?=@)")
_SCHEME: Final = re.compile(
    r"\b((?:Bearer|Basic|Token)\s+)(?=[^\s\d]*\d)([A-Za-z0-9._~+/-]{16,}=*)", re.IGNORECASE
)
"""An `Authorization` value in a text; with a digit in it, for prose has "Basic authentication"."""


def refuse_one_text(**given: Iterable[str]) -> None:
    """Refuse a text where several are to be given: it would be taken letter by letter.

    Raises:
        CassetteError: then.
    """
    __tracebackhide__ = True  # pytest shows arguments
    for name, value in given.items():
        if isinstance(value, str | bytes):
            raise CassetteError(
                f"`{name}` is one text, and not a list of texts", hint=f"pass `{name}=[...]`"
            )


class Scrubber:
    """Replaces secrets by a placeholder.

    Args:
        secrets: texts to take out wherever they are, in whatever form.
        secret_names: further names whose values are secret.

    Raises:
        CassetteError: if either is one text instead of several, or if one of `secrets` is no text
            or too short to be told from ordinary words.
    """

    def __init__(self, secrets: Iterable[str], secret_names: Collection[str] = ()) -> None:
        __tracebackhide__ = True  # pytest shows arguments
        refuse_one_text(secrets=secrets, secret_names=secret_names)
        given = list(secrets)
        for place, secret in enumerate(given, 1):
            _check_secret(place, secret)
        self._given: Final = secret_pattern(given)
        self._names: Final = SecretNames(secret_names)
        self._seen: Final = SeenSecrets()

    def holds_secret(self, text: str) -> bool:
        """Whether a secret is in `text`, in any form."""
        return self.literal(text) != text

    def literal(self, text: str) -> str:
        """Return `text` without the secrets that are known by their value."""
        return self._seen.replaced(self._given.sub(PLACEHOLDER, text), PLACEHOLDER)

    def text(self, text: str) -> str:
        """Return `text` without secrets: the known ones, and those that a name gives away."""
        text = _USER_IN_URL.sub(lambda found: self._user(found[0]), text)
        text = _SCHEME.sub(lambda found: found[1] + self._learned(found[2], found[2]), text)
        text = with_url_values(text, self._url_value)
        text = with_pairs(text, lambda name: self._names.in_query(unquote_plus(name)), self._pair)
        text = with_values(text, self._names.anywhere, self._value)
        return self.literal(text)

    def text_or_json(self, text: str) -> str:
        """Return `text` without secrets; if it is JSON, written anew where it had any."""
        if text.lstrip()[:1] not in {"{", "[", '"'}:
            return self.text(text)
        try:
            value = parse_json(text)
        except ValueError:
            return self.text(text)
        scrubbed = self.json(value)
        return self.text(text) if scrubbed == value else json_text(scrubbed)

    def header(self, name: str, value: str) -> str:
        """Return the value of a header, and remember it if it is a secret."""
        scrubbed = self.text_or_json(value)
        if not self._names.in_header(name):
            return scrubbed
        is_cookie = "cookie" in name.lower()
        for secret in secrets_in_cookies(value) if is_cookie else secrets_in_credentials(value):
            self._learn(secret)
        return PLACEHOLDER

    def url(self, url: str) -> str:
        """Return `url` as a cassette holds it: no user, no fragment, no default port."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return self.text(url)
        for secret in (parts.username, parts.password):
            self._learn(unquote(secret or ""))
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
            return self.text_or_json(value)
        if isinstance(value, Mapping):
            return {self.literal(name): self._field(name, item) for name, item in value.items()}
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return 0 if self.holds_secret(js_text(value)) else value
        return [self.json(item) for item in value]

    def multipart(self, text: str) -> str:
        """Return a `multipart/form-data` body, or any other text; its fields have names too."""
        return self.text(with_fields(text, self._upload))

    def _query_part(self, part: str) -> str:
        name, equals, value = part.partition("=")
        if equals and self._names.in_query(unquote_plus(name)):
            return f"{self._url_value(name)}={self._pair(name, value)}"
        return f"{self._url_value(name)}{equals}{self._url_value(value)}"

    def _url_value(self, value: str) -> str:
        """Scrub what is quoted for a URL: a URL of its own perhaps, or JSON."""
        plain = unquote_plus(value)
        scrubbed = self.text_or_json(plain)
        return self.literal(value if scrubbed == plain else quote_plus(scrubbed))

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

    def _pair(self, _: str, value: str) -> str:
        return self._learned(unquote_plus(value), value)

    def _value(self, name: str, value: str) -> str:
        if value.isdigit() and self._names.is_counter(name):
            return value
        for reading in readings(value):
            self._learn(reading)
        return self._learned(value.strip(), value)

    def _upload(self, name: str, value: str) -> str:
        if self._names.anywhere(name):
            return self._learned(value.strip(), value)
        return self.text_or_json(value)

    def _user(self, user: str) -> str:
        for secret in (user, *user.split(":", 1)):
            self._learn(unquote(secret))
        return PLACEHOLDER

    def _learned(self, secret: str, written: str) -> str:
        """Remember a secret; return the placeholder if anything is `written` there."""
        self._learn(secret)
        return PLACEHOLDER if written else written

    def _learn(self, secret: str) -> None:
        if PLACEHOLDER not in secret:
            self._seen.add(secret)


def json_text(value: JsonValue) -> str:
    """Write JSON, its text as it is; escaped if UTF-8 cannot say it: half of a surrogate pair."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def _check_secret(place: int, secret: object) -> None:
    __tracebackhide__ = True
    if not isinstance(secret, str):
        what = "unset (`None`)" if secret is None else f"of the type `{type(secret).__name__}`"
        raise CassetteError(
            f"secret number {place} is no text: it is {what}",
            hint="a replay takes any made-up text: `os.environ.get(name, 'made-up-token')`",
        )
    if len(secret.strip()) < MIN_SECRET_CHARACTERS:
        raise CassetteError(
            f"secret number {place} is shorter than {MIN_SECRET_CHARACTERS} characters",
            hint="leave it out: it would be taken out of ordinary words; or is it unset?",
        )
