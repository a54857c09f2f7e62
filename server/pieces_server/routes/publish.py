"""Publish a version of a piece. Source: docs, "Pieces" endpoints."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, WithJsonSchema

from pieces_framework.wire import document
from pieces_server.audit import Actor
from pieces_server.errors import refused_with
from pieces_server.instance import Instance, instance_of
from pieces_server.permissions import Publisher
from pieces_server.registry.publishing import Announced, Published
from pieces_server.storage.wheel_folder import ReceivedFile
from pieces_server.web.form_reader import Form
from pieces_server.web.uploads import validated, with_form

from .document import Document
from .install import InstallForm, PackageType, install_piece
from .json_body import media_type, read_json
from .parameters import REASON_CHARACTERS, NameText, OneLine, VersionField
from .piece_documents import PieceDetail, piece_document

PATH: Final = "/api/v1/pieces"
router: Final = APIRouter(prefix=PATH, tags=["pieces"])


class PublishForm(Document):
    """What a publisher sends."""

    piece_archive: Annotated[ReceivedFile, WithJsonSchema({"type": "string", "format": "binary"})]
    piece_name: NameText
    piece_version: VersionField
    package_type: Annotated[PackageType, WithJsonSchema({"const": "ARCHIVE"})]
    scope: Literal["PLATFORM"]
    breaking_reason: Annotated[OneLine, Field(max_length=REASON_CHARACTERS)] = ""
    """Why the version may break what its number says it does not."""


class FindingDocument(Document):
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


_PUBLISH_SCHEMA: Final = PublishForm.model_json_schema()
_INSTALL_SCHEMA: Final = InstallForm.model_json_schema()
_REQUEST_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": {"oneOf": [_PUBLISH_SCHEMA, _INSTALL_SCHEMA]}},
        "application/json": {"schema": _INSTALL_SCHEMA},
    },
}


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": _REQUEST_BODY},
    responses={
        201: {"model": PublishedPiece},
        **refused_with(HTTPStatus.CONFLICT, HTTPStatus.INSUFFICIENT_STORAGE),
    },
)
async def publish_piece(request: Request, actor: Publisher) -> Response:
    """Publish a version of a piece."""
    instance = instance_of(request)
    instance.require_publishing()
    if media_type(request) == "application/json":
        wanted = await read_json(request, InstallForm)
        return _answer(await install_piece(instance, wanted, actor))
    answer = await with_form(
        request,
        instance.folder,
        partial(_publish, instance, actor),
        file_field="pieceArchive",
        max_file_bytes=instance.settings.max_file_size_bytes,
    )
    if isinstance(answer, InstallForm):
        return _answer(await install_piece(instance, answer, actor))
    return answer


def _publish(instance: Instance, actor: Actor, form: Form) -> Response | InstallForm:
    """Publish the file of a form; return the form's wish if it has none."""
    if form.texts().get("packageType") == "REGISTRY":
        return validated(InstallForm, form.texts())
    asked = _read(form)
    published = instance.publishing.publish_piece(
        asked.piece_archive,
        Announced(
            name=asked.piece_name,
            version=asked.piece_version,
            label=form.filename or "the file",
        ),
        actor=actor,
        breaking_reason=asked.breaking_reason or None,
    )
    return _answer(published)


def _answer(published: Published) -> Response:
    answer = piece_document(published.piece) | document(findings=published.findings)
    return JSONResponse(answer, HTTPStatus.CREATED)


def _read(form: Form) -> PublishForm:
    file = {} if form.file is None else {"pieceArchive": form.file}
    return validated(PublishForm, {**form.texts(), **file})
