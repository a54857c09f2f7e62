"""The pieces API: publish a piece, list the pieces, read one. Source: docs, "Pieces" endpoints."""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile

from pieces_framework.versions import Version
from pieces_framework.wire import JsonValue, document
from pieces_server.access.permissions import Publisher, may_publish, may_read
from pieces_server.errors import FileTooLargeError, FormError, refused_with
from pieces_server.instance import Instance, instance_of
from pieces_server.registry.catalogue import StoredPiece

router: Final = APIRouter(prefix="/api/v1/pieces", tags=["pieces"])

_NAME_CHARACTERS: Final = 214
"""The longest name of a package, as registries of packages have it."""


def _one_line(text: str) -> str:
    """Return a text without what would steer the terminal of who reads it."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


class PublishForm(BaseModel):
    """What a publisher sends."""

    model_config = ConfigDict(alias_generator=to_camel, arbitrary_types_allowed=True)

    piece_archive: Annotated[UploadFile, WithJsonSchema({"type": "string", "format": "binary"})]
    piece_name: Annotated[str, Field(min_length=1, max_length=_NAME_CHARACTERS)]
    piece_version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$", max_length=80)]
    package_type: Literal["ARCHIVE"]
    scope: Literal["PLATFORM"]
    breaking_reason: Annotated[str, Field(max_length=500), AfterValidator(_one_line)] = ""
    """Why the version may break what its number says it does not."""


class PieceDetail(BaseModel):
    """A version of a piece: its metadata, and what the instance adds to it."""

    model_config = ConfigDict(alias_generator=to_camel, extra="allow")

    id: str
    created: str
    updated: str
    name: str
    version: str
    piece_type: Literal["CUSTOM"]
    package_type: Literal["ARCHIVE"]
    project_usage: int
    sha256: str
    source_digest: str
    filename: str
    size: int
    i18n: dict[str, dict[str, str]]
    breaking_reason: str = ""


async def publish_form(
    request: Request,
    _: Annotated[None, Depends(may_publish)],
    instance: Annotated[Instance, Depends(instance_of)],
) -> AsyncIterator[PublishForm]:
    """Read the form. Declared as parameters, its body would be read before the key is checked."""
    options = parse_options_header(request.headers.get("content-type"))[1]
    if options.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise FormError([{"field": "Content-Type", "message": "the charset must be utf-8"}])
    async with request.form(max_files=1, max_fields=16, max_part_size=64 * 1024) as form:
        try:
            published = PublishForm.model_validate(dict(form))
        except ValidationError as error:
            raise FormError(
                [
                    {"field": str(each["loc"][0]), "message": each["msg"]}
                    for each in error.errors(include_input=False)
                ]
            ) from None
        if (published.piece_archive.size or 0) > instance.settings.max_file_size_bytes:
            raise FileTooLargeError(instance.settings.max_file_size_bytes)
        yield published


_REQUEST_BODY: Final = {
    "required": True,
    "content": {"multipart/form-data": {"schema": PublishForm.model_json_schema()}},
}


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": _REQUEST_BODY},
    responses={
        201: {"model": PieceDetail},
        **refused_with(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ),
    },
)
def publish_piece(
    form: Annotated[PublishForm, Depends(publish_form)],
    actor: Publisher,
    instance: Annotated[Instance, Depends(instance_of)],
) -> Response:
    """Publish a version of a piece."""
    piece = instance.publishing.publish_piece(
        form.piece_archive.file,
        name=form.piece_name,
        version=form.piece_version,
        label=(form.piece_archive.filename or "the file")[:_NAME_CHARACTERS],
        actor=actor,
        breaking_reason=form.breaking_reason or None,
    )
    return JSONResponse(_detail(piece), 201)


@router.get("", dependencies=[Depends(may_read)])
def list_pieces(
    instance: Annotated[Instance, Depends(instance_of)],
) -> Response:
    """List the newest version of each piece, with the numbers of its actions and triggers."""
    summaries = [_summary(piece) for piece in instance.catalogue.newest_pieces()]
    return JSONResponse(sorted(summaries, key=lambda each: str(each["displayName"]).lower()))


@router.get("/{scope}/{name}", dependencies=[Depends(may_read)])
def get_scoped_piece(
    scope: str,
    name: str,
    instance: Annotated[Instance, Depends(instance_of)],
    version: str | None = None,
) -> Response:
    """Read a piece by its name in flows, such as `@activepieces/piece-gelato`."""
    return get_piece(f"{scope}/{name}", instance, version)


@router.get("/{name}", dependencies=[Depends(may_read)])
def get_piece(
    name: str,
    instance: Annotated[Instance, Depends(instance_of)],
    version: str | None = None,
) -> Response:
    """Read a piece: the version asked for, or the newest."""
    piece = instance.catalogue.find_piece(name, Version.parse(version) if version else None)
    return JSONResponse(_detail(piece))


def _detail(piece: StoredPiece) -> dict[str, JsonValue]:
    """Return the wire metadata and what the instance adds; its own word is the last."""
    reason = piece.breaking_reason
    return {
        **piece.metadata,
        **document(
            id=piece.id,
            created=piece.created,
            updated=piece.updated,
            name=piece.name,
            version=piece.version,
            piece_type="CUSTOM",
            package_type=piece.package_type,
            project_usage=0,
            sha256=piece.sha256,
            source_digest=piece.source_digest,
            filename=piece.filename,
            size=piece.size_bytes,
            i18n=piece.i18n,
        ),
        **({} if reason is None else document(breaking_reason=reason)),
    }


def _summary(piece: StoredPiece) -> dict[str, JsonValue]:
    summary = _detail(piece)
    del summary["i18n"]  # every language of every piece would be most of the list
    return summary | {key: _count(piece.metadata[key]) for key in ("actions", "triggers")}


def _count(entries: JsonValue) -> int:
    return len(entries) if isinstance(entries, Mapping) else 0
