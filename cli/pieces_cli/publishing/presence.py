"""What an instance is asked of versions before they are built, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self, cast, get_args

from pieces_engine.workspace.pyproject import ProjectFileError
from pieces_framework.versions import Version

from .refusals import json_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue

_MAX_NAME_CHARACTERS: Final = 214
_MAX_VERSION_CHARACTERS: Final = 80

Status = Literal["present", "changed", "absent"]
_STATUSES: Final[Mapping[str, Status]] = {each: each for each in get_args(Status)}


@dataclass(frozen=True, kw_only=True)
class PresentQuery:
    """A version that an instance may have."""

    distribution: str
    version: str
    source_digest: str

    @classmethod
    def of(cls, piece: PieceFolder, source_digest: str) -> Self:
        """Return the question for a piece's version.

        Raises:
            ProjectFileError: if its name or version is longer than an instance takes.
        """
        limits = {
            "name": (piece.distribution, _MAX_NAME_CHARACTERS),
            "version": (piece.version, _MAX_VERSION_CHARACTERS),
        }
        for field, (value, most) in limits.items():
            if len(value) > most:
                raise ProjectFileError(
                    f"the {field} of `{piece.name}` has {len(value)} characters",
                    hint=f"an instance takes {most}: give it a shorter `{field}`",
                )
        return cls(
            distribution=piece.distribution,
            version=piece.version,
            source_digest=source_digest,
        )


@dataclass(frozen=True, kw_only=True)
class Present:
    """What an instance has of a version that it was asked for."""

    distribution: str
    version: str
    status: Status
    """`changed`: it has the version, with other content."""
    previous: Version | None
    """The newest version below it that the instance has."""


def question(pieces: Sequence[PresentQuery]) -> JsonValue:
    """Return the body of the request that asks for these."""
    return {
        "pieces": [
            {"name": each.distribution, "version": each.version, "sourceDigest": each.source_digest}
            for each in pieces
        ]
    }


def read_answers(pieces: Sequence[PresentQuery], answer: object) -> list[Present]:
    """Return what the JSON of an answer says of each of `pieces`.

    Raises:
        KeyError: if it is of another form.
        ValueError: likewise.
        VersionError: likewise.
    """
    answers = cast("list[object]", answer) if isinstance(answer, list) else []
    return [
        _present_piece(piece, json_object(each))
        for piece, each in zip(pieces, answers, strict=True)
    ]


def _present_piece(piece: PresentQuery, answer: Mapping[str, object]) -> Present:
    previous = answer["previous"]
    return Present(
        distribution=piece.distribution,
        version=piece.version,
        status=_STATUSES[str(answer["status"])],
        previous=None if previous is None else Version.parse(str(previous)),
    )
