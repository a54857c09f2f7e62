"""An error as the output of a step: in the documented shape, and without a credential."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Final, cast

from pieces_common.http.errors import NO_ANSWER, HttpError, error_document
from pieces_common.http.masking import masked_by
from pieces_framework import JsonValue, PieceError, Props
from pieces_framework.secret_forms import secret_pattern
from pieces_framework.wire import json_problem, leaves

_NOT_SHOWN: Final = "(it cannot be shown)"


def failure_output(
    error: Exception, body: object, secrets: Sequence[object]
) -> dict[str, JsonValue]:
    """Return what a call puts out that failed with `error`. It raises nothing itself.

    Args:
        error: anything; the status is 0 unless a service answered.
        body: what was to be sent; it is shown if it is JSON.
        secrets: the connection's value and what was made of it; each text in them is masked.
    """
    status = error.status if isinstance(error, HttpError) else NO_ANSWER
    pattern = secret_pattern(_secret_texts(secrets))
    try:
        answered, sent = _bodies(error, body)
        return error_document(status, masked_by(answered, pattern), masked_by(sent, pattern))
    except (RecursionError, ValueError):  # nests too deeply, or has a number of too many digits
        return error_document(status, _NOT_SHOWN, None)


def _bodies(error: Exception, body: object) -> tuple[JsonValue, JsonValue]:
    if isinstance(error, HttpError) and error.status != NO_ANSWER:
        document = cast("Mapping[str, Mapping[str, JsonValue]]", error.error_message())
        return document["response"]["body"], document["request"]["body"]
    return _text(error), None if json_problem(body, "body") else cast("JsonValue", body)


def _text(error: Exception) -> str:
    if isinstance(error, PieceError):
        return error.message
    try:
        return str(error) or type(error).__name__
    # An author's own error can fail to say what it is.
    except Exception:  # noqa: BLE001
        return type(error).__name__


def _secret_texts(value: object) -> Iterator[str]:
    """Yield every text in a connection's value, and what follows the scheme of a header."""
    for leaf in leaves(value):
        if isinstance(leaf, str):
            yield leaf
            yield leaf.partition(" ")[2]
        elif isinstance(leaf, Props):
            yield from _secret_texts(leaf.__values__)
        elif is_dataclass(leaf):
            yield from _secret_texts([getattr(leaf, field.name) for field in fields(leaf)])
