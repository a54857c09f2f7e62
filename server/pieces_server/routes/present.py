"""Which versions are published already: what a publisher of many pieces asks first."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from pieces_framework.names import distribution_name
from pieces_framework.versions import Version
from pieces_server.instance import Instance, instance_of
from pieces_server.permissions import may_read

from .document import Document
from .json_body import read_json
from .parameters import NameText, VersionField

router: Final = APIRouter(prefix="/api/v1/pieces", tags=["pieces"])

_MAX_PIECES: Final = 1000


class WantedPiece(Document):
    """A version that a publisher has."""

    name: NameText
    """In any spelling that installers or flows take."""
    version: VersionField
    source_digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class PresentQuestion(Document):
    """What a publisher asks."""

    pieces: Annotated[list[WantedPiece], Field(max_length=_MAX_PIECES)]


class PresentAnswer(Document):
    """What the instance has of a version."""

    name: str
    """As it was asked."""
    version: str
    status: Literal["present", "changed", "absent"]
    """`changed`: the version is there with another `sourceDigest`."""
    previous: str | None
    """The newest version below the one that was asked for, of all: yanked, or for any release."""


async def question(request: Request, _: Annotated[None, Depends(may_read)]) -> PresentQuestion:
    """Read the body. Declared as a parameter, it would be read before the key is checked."""
    return await read_json(request, PresentQuestion)


_PIECES_SCHEMA: Final = {
    "type": "array",
    "maxItems": _MAX_PIECES,
    "items": WantedPiece.model_json_schema(),
}
_BODY_SCHEMA: Final = {
    "type": "object",
    "required": ["pieces"],
    "properties": {"pieces": _PIECES_SCHEMA},
}
_REQUEST_BODY: Final = {
    "required": True,
    "content": {"application/json": {"schema": _BODY_SCHEMA}},
}


@router.post("/present", openapi_extra={"requestBody": _REQUEST_BODY})
def find_present(
    asked: Annotated[PresentQuestion, Depends(question)],
    instance: Annotated[Instance, Depends(instance_of)],
) -> list[PresentAnswer]:
    """Say of each version whether it is published, in the order of the question."""
    names = [distribution_name(piece.name) for piece in asked.pieces]
    digests = instance.catalogue.digests(set(names))
    return [
        _answer(piece, digests.get(name, {}))
        for name, piece in zip(names, asked.pieces, strict=True)
    ]


def _answer(piece: WantedPiece, published: Mapping[Version, str]) -> PresentAnswer:
    wanted = Version.parse(piece.version)
    stored = published.get(wanted)
    same = stored == piece.source_digest
    previous = max((version for version in published if version < wanted), default=None)
    return PresentAnswer(
        name=piece.name,
        version=piece.version,
        status="absent" if stored is None else "present" if same else "changed",
        previous=None if previous is None else str(previous),
    )
