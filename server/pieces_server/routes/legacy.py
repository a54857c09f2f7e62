"""The upload API of package indexes, for `twine upload` and `uv publish`.

Source: the legacy upload API, as warehouse documents it and as these tools speak it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from pieces_server.access.scopes import Scope
from pieces_server.audit import Actor
from pieces_server.errors import AlreadyPublishedError, FormError, NoPieceError
from pieces_server.instance import Instance, instance_of
from pieces_server.permissions import Uploader, actor_of
from pieces_server.registry.publishing import Announced
from pieces_server.storage.wheel_folder import ReceivedFile
from pieces_server.web.form_reader import Form
from pieces_server.web.uploads import validated, with_form

from .parameters import NameText

PATHS: Final = ("/legacy", "/legacy/")
router: Final = APIRouter(tags=["index"], include_in_schema=False)

_SIGNATURES: Final = ("gpg_signature", "attestations")


class UploadForm(BaseModel):
    """The fields that say something of the file; the others repeat the wheel's metadata."""

    model_config = ConfigDict(extra="ignore")

    action: Annotated[Literal["file_upload"], Field(alias=":action")]
    protocol_version: Literal["1"] = "1"
    filetype: Literal["bdist_wheel"]
    name: NameText
    version: Annotated[str, Field(min_length=1, max_length=80)]
    content: ReceivedFile
    md5_digest: str = ""
    sha256_digest: str = ""
    blake2_256_digest: str = ""


@router.post(PATHS[0])
@router.post(PATHS[1])
async def upload(request: Request, key: Uploader) -> Response:
    """Take in a wheel: one of a piece with the scope `publish`, any other with `admin`."""
    instance = instance_of(request)
    instance.require_publishing()
    await with_form(
        request,
        instance.folder,
        partial(_store, instance, actor_of(request, key), key.scope),
        file_field="content",
        max_file_bytes=instance.settings.max_file_size_bytes,
    )
    return PlainTextResponse("OK", HTTPStatus.OK)


def _store(instance: Instance, actor: Actor, scope: Scope, form: Form) -> None:
    """Store the file of a form.

    One that is there already, with the same bytes, is no error: `twine upload` has no other way to
    go on after it was cut off, since it knows `--skip-existing` for two addresses only.
    """
    asked = _read(form)
    _check_digests(asked)
    label = form.filename or "the file"
    announced = Announced(name=asked.name, version=asked.version, label=label, filename=label)
    publishing = instance.publishing
    try:
        if publishing.holds_piece(asked.content, label=label):
            publishing.publish_piece(asked.content, announced, actor=actor)
        elif not scope.includes(Scope.ADMIN):
            raise NoPieceError(label)
        else:
            publishing.publish_wheel(asked.content, announced, actor=actor)
    except AlreadyPublishedError as error:
        if error.sha256 != asked.content.sha256:
            raise


def _read(form: Form) -> UploadForm:
    signed = [name for name in _SIGNATURES if name in form.fields]
    if signed:
        message = "signatures are not kept: upload without them"
        raise FormError([{"field": name, "message": message} for name in signed])
    # Fields such as `classifiers` are there several times; of those that count, the first does.
    fields: Mapping[str, object] = {name: texts[0] for name, texts in form.fields.items()}
    wanted = {field.alias or name for name, field in UploadForm.model_fields.items()}
    twice = [name for name in wanted if len(form.fields.get(name, ())) > 1]
    if twice:
        raise FormError([{"field": name, "message": "is there twice"} for name in sorted(twice)])
    if form.file is not None:
        fields = {**fields, "content": form.file}
    return validated(UploadForm, fields)


def _check_digests(asked: UploadForm) -> None:
    """Refuse a file that was damaged on its way: its sender's hashes are others than its own."""
    sent = {
        "md5_digest": asked.md5_digest,
        "sha256_digest": asked.sha256_digest,
        "blake2_256_digest": asked.blake2_256_digest,
    }
    wrong = [
        name
        for name, digest in sent.items()
        if digest and not hmac.compare_digest(digest.lower().encode(), _digest(asked, name))
    ]
    if wrong:
        message = "is not that of the file that came in"
        raise FormError([{"field": name, "message": message} for name in wrong])


def _digest(asked: UploadForm, name: str) -> bytes:
    file = asked.content
    if name == "sha256_digest":
        return file.sha256.encode()
    with file.path.open("rb") as content:
        if name == "md5_digest":
            digest = hashlib.file_digest(content, partial(hashlib.md5, usedforsecurity=False))
        else:
            digest = hashlib.file_digest(content, partial(hashlib.blake2b, digest_size=32))
    return digest.hexdigest().encode()
