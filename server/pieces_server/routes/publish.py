"""Publish a version of a piece. Source: docs, "Pieces" endpoints."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from pieces_framework.wire import document
from pieces_server.access.permissions import Publisher
from pieces_server.errors import refused_with
from pieces_server.instance import Instance, instance_of
from pieces_server.registry.publishing import Announced, Published
from pieces_server.storage.wheel_folder import ReceivedFile
from pieces_server.web.form_reader import Form, one_line
from pieces_server.web.uploads import in_publishing_thread, received_form, validated

from .install import MAX_BODY_BYTES, InstallForm, install_piece
from .json_body import media_type, read_json
from .piece_documents import PieceDetail, piece_document

PATH: Final = "/api/v1/pieces"
router: Final = APIRouter(prefix=PATH, tags=["pieces"])

_NAME_CHARACTERS: Final = 214
"""The longest name of a package, as registries of packages have it."""


class PublishForm(BaseModel):
    """What a publisher sends."""

    model_config = ConfigDict(alias_generator=to_camel)

    piece_archive: Annotated[ReceivedFile, WithJsonSchema({"type": "string", "format": "binary"})]
    piece_name: Annotated[str, Field(min_length=1, max_length=_NAME_CHARACTERS)]
    piece_version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$", max_length=80)]
    package_type: Literal["ARCHIVE"]
    scope: Literal["PLATFORM"]
    breaking_reason: Annotated[str, Field(max_length=500), AfterValidator(one_line)] = ""
    """Why the version may break what its number says it does not."""


class FindingDocument(BaseModel):
    """What a rule finds in a piece."""

    rule: str
    severity: Literal["error", "warning"]
    path: str
    line: int | None
    message: str
    hint: str


class PublishedPiece(PieceDetail):
    """The version that was published, and what its author might mend in the next."""

    findings: list[FindingDocument]


_REQUEST_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": PublishForm.model_json_schema()},
        "application/json": {"schema": InstallForm.model_json_schema()},
    },
}


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": _REQUEST_BODY},
    responses={
        201: {"model": PublishedPiece},
        **refused_with(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ),
    },
)
async def publish_piece(
    request: Request, actor: Publisher, instance: Annotated[Instance, Depends(instance_of)]
) -> Response:
    """Publish a version of a piece."""
    instance.require_publishing()
    if media_type(request) == "application/json":
        wanted = await read_json(request, InstallForm, max_bytes=MAX_BODY_BYTES)
        return _answer(await install_piece(instance, wanted, actor))
    async with received_form(
        request,
        instance.folder,
        file_field="pieceArchive",
        max_file_bytes=instance.settings.max_file_size_bytes,
    ) as form:
        if form.texts().get("packageType") == "REGISTRY":
            wanted = validated(InstallForm, form.texts())
            return _answer(await install_piece(instance, wanted, actor))
        asked = _read(form)
        work = partial(
            instance.publishing.publish_piece,
            asked.piece_archive,
            Announced(
                name=asked.piece_name,
                version=asked.piece_version,
                label=form.filename or "the file",
            ),
            actor=actor,
            breaking_reason=asked.breaking_reason or None,
        )
        published = await in_publishing_thread(work)
    return _answer(published)


def _answer(published: Published) -> Response:
    answer = piece_document(published.piece) | document(findings=published.findings)
    return JSONResponse(answer, HTTPStatus.CREATED)


def _read(form: Form) -> PublishForm:
    file = {} if form.file is None else {"pieceArchive": form.file}
    return validated(PublishForm, {**form.texts(), **file})
