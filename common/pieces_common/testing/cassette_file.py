"""The file of a cassette: JSON that reads well in a review, written whole or not at all."""

from __future__ import annotations

import binascii
import functools
import json
import os
import tempfile
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from pieces_framework.wire import parse_json

from .cassette_error import CassetteError
from .exchange import Answer, BodyDocument, Request
from .scrubbing import Scrubber

SCHEMA: Final = 1
MAX_BYTES: Final = 50_000_000
"""More than this is no cassette, and would fill the memory of whoever reads it."""

_BODY_KINDS: Final = {"json", "form", "text", "base64"}
_RECORD_AGAIN: Final = "record it again; a cassette is not written by hand"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and what the service answered."""

    request: Request
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Cassette:
    """What a file holds, in the order in which the requests were sent."""

    recorded_at: datetime
    """With its zone, UTC when we write it."""
    exchanges: Sequence[Exchange]


def write_cassette(path: Path, cassette: Cassette, scrubber: Scrubber) -> None:
    """Write a cassette in place of what `path` holds, in one step.

    Raises:
        CassetteError: if a secret is still in it, or the file cannot be written; then the old file
            is as it was.
    """
    text = _text(cassette)
    binaries = _binaries(cassette)
    readable = functools.reduce(lambda left, each: left.replace(each, ""), binaries, text)
    decoded = [b64decode(each).decode("latin-1") for each in binaries]
    if any(map(scrubber.holds_secret, [readable, *decoded])):
        raise CassetteError(
            f"`{path}` is not written: a secret is still in it",
            hint="it is a word of the cassette's own, or quoted in an unknown way: use another one",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text.encode())
    except OSError as error:
        raise CassetteError(f"`{path}` cannot be written: {error.strerror}") from error


def read_cassette(path: Path) -> Cassette:
    """Read a cassette.

    Raises:
        CassetteError: if there is none, or the file is damaged or of another version.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CassetteError(f"`{path}` is larger than {MAX_BYTES} bytes", hint=_RECORD_AGAIN)
        document = parse_json(path.read_bytes())
    except FileNotFoundError:
        raise CassetteError(
            f"there is no cassette `{path}`", hint="record it first, with `record(...)`"
        ) from None
    except OSError as error:
        raise CassetteError(f"`{path}` cannot be read: {error.strerror}") from error
    except ValueError:
        raise CassetteError(f"`{path}` is not JSON", hint=_RECORD_AGAIN) from None
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema != SCHEMA:
        raise CassetteError(
            f"`{path}` is not a cassette of schema {SCHEMA}",
            hint="record it again, or use the version of Piecekit that wrote it",
        )
    try:
        return _Document.model_validate(document).cassette()
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, problem["loc"]))
    # Outside the handler: pydantic's own error repeats what the file holds.
    raise CassetteError(f"`{path}` is damaged at `{where}`: {problem['msg']}", hint=_RECORD_AGAIN)


def _known_body(body: dict[str, Any] | None) -> dict[str, Any] | None:  # JSON that was parsed
    if body is None:
        return None
    if len(body) != 1 or not body.keys() <= _BODY_KINDS:
        raise ValueError(f"a body has one key of {', '.join(sorted(_BODY_KINDS))}")
    [(kind, value)] = body.items()
    if kind in {"text", "base64"} and not isinstance(value, str):
        raise ValueError(f"`{kind}` is not text")
    if kind == "base64":
        try:
            b64decode(value, validate=True)
        except binascii.Error:
            raise ValueError("`base64` is not base64") from None
    return body


def _with_zone(moment: str) -> str:
    if datetime.fromisoformat(moment).tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


_Body = Annotated[dict[str, Any] | None, AfterValidator(_known_body)]  # JSON that was parsed


class _Model(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        hide_input_in_errors=True,
    )


class _Request(_Model):
    method: str
    url: str
    headers: dict[str, str]
    body: _Body


class _Answer(_Model):
    status: Annotated[int, Field(ge=100, le=999)]
    headers: dict[str, list[str]]
    body: _Body


class _Exchange(_Model):
    request: _Request
    answer: _Answer


class _Document(_Model):
    schema_: Annotated[Literal[1], Field(alias="schema")] = SCHEMA
    recorded_at: Annotated[str, AfterValidator(_with_zone)]
    exchanges: list[_Exchange]

    @classmethod
    def of(cls, cassette: Cassette) -> _Document:
        return cls(
            recorded_at=cassette.recorded_at.astimezone(UTC).isoformat(timespec="seconds"),
            exchanges=[
                _Exchange(
                    request=_Request(**vars(each.request)), answer=_Answer(**vars(each.answer))
                )
                for each in cassette.exchanges
            ],
        )

    def cassette(self) -> Cassette:
        return Cassette(
            recorded_at=datetime.fromisoformat(self.recorded_at),
            exchanges=[
                Exchange(request=Request(**vars(each.request)), answer=Answer(**vars(each.answer)))
                for each in self.exchanges
            ],
        )


def _text(cassette: Cassette) -> str:
    document = _Document.of(cassette).model_dump(by_alias=True)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can say and UTF-8 not
        text = json.dumps(document, indent=2)
    return text + "\n"


def _binaries(cassette: Cassette) -> list[str]:
    """Return the bodies in base64: random text, in which a short secret is soon seen."""
    bodies: list[BodyDocument] = [
        body for each in cassette.exchanges for body in (each.request.body, each.answer.body)
    ]
    return [str(body["base64"]) for body in bodies if body is not None and "base64" in body]


def _replace(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    staged = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp's own mode is for its owner alone; a cassette is for the repository.
        staged.chmod(0o644)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
