"""API keys, for administrators: make, list and revoke them. Source: docs, "API keys" endpoints."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from pieces_server.access.errors import KeyConflictError
from pieces_server.access.key_entry import MAX_NAME_CHARACTERS, KeyEntry, entry_of, key_name
from pieces_server.access.scopes import DEFAULT_SCOPE, Scope
from pieces_server.audit import Actor
from pieces_server.errors import ConflictError, refused_with
from pieces_server.instance import Instance, instance_of
from pieces_server.paging import PageRequest
from pieces_server.permissions import Administrator, may_administer
from pieces_server.times import after

from .document import Document
from .json_body import described_body, read_json
from .moments import Moment
from .paging import PageAnswer, page_request

router: Final = APIRouter(
    prefix="/api/v1/api-keys", tags=["keys"], dependencies=[Depends(may_administer)]
)
_SCOPE_SCHEMA: Final = {"type": "string", "enum": [each.value for each in Scope]}


class KeyAnswer(Document):
    """An API key, without what it is recognised by."""

    id: str
    created: str
    updated: str
    display_name: str
    truncated_value: str
    """Its last four characters."""
    scope: Scope
    expires: str | None
    """From then on it opens nothing."""
    revoked: str | None
    last_used_at: str | None
    """To the minute."""


class NewKeyAnswer(KeyAnswer):
    """A key that was just made: the only answer that has it."""

    value: str


def _in_the_future(moment: datetime) -> datetime:
    return after(moment, datetime.now(UTC))


class NewKey(Document):
    """What an administrator says of a key to be made."""

    # A field with a typing error must not make a key that lasts for ever.
    model_config = ConfigDict(extra="forbid")

    display_name: Annotated[
        str, Field(min_length=1, max_length=MAX_NAME_CHARACTERS), AfterValidator(key_name)
    ]
    scope: Annotated[Scope, WithJsonSchema(_SCOPE_SCHEMA)] = DEFAULT_SCOPE
    expires: Annotated[Moment, AfterValidator(_in_the_future)] | None = None


async def new_key(request: Request, _: Annotated[Actor, Depends(may_administer)]) -> NewKey:
    """Read the body, after the key that it came with."""
    return await read_json(request, NewKey)


@router.get("")
def list_keys(
    wanted: Annotated[PageRequest, Depends(page_request(str, str))],
    instance: Annotated[Instance, Depends(instance_of)],
) -> PageAnswer[KeyAnswer]:
    """List the keys, revoked and expired ones too, the newest first."""
    page = instance.keys.page(wanted)
    keys = [_answer(entry_of(row)) for row in page.rows]
    return PageAnswer(data=keys, next=page.next, previous=page.previous)


@router.post(
    "",
    status_code=201,
    openapi_extra=described_body(NewKey),
)
def create_key(
    wanted: Annotated[NewKey, Depends(new_key)],
    actor: Administrator,
    instance: Annotated[Instance, Depends(instance_of)],
    response: Response,
) -> NewKeyAnswer:
    """Make a key. Its `value` is in this answer, and nowhere else."""
    made: list[str] = []
    entry = instance.keys.create(
        wanted.display_name, made.append, scope=wanted.scope, actor=actor, expires=wanted.expires
    )
    response.headers["Cache-Control"] = "no-store"
    return NewKeyAnswer.model_validate({**entry.wire(), "value": made[0]})


@router.get("/{key_id}", responses=refused_with(HTTPStatus.NOT_FOUND))
def get_key(key_id: str, instance: Annotated[Instance, Depends(instance_of)]) -> KeyAnswer:
    """Read a key."""
    return _answer(instance.keys.entry(key_id))


@router.delete("/{key_id}", responses=refused_with(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT))
def revoke_key(
    key_id: str, actor: Administrator, instance: Annotated[Instance, Depends(instance_of)]
) -> KeyAnswer:
    """Revoke a key at once and for good. The last one of an administrator cannot be."""
    try:
        return _answer(instance.keys.revoke(key_id, actor=actor))
    except KeyConflictError as error:
        raise ConflictError(error.message, hint=error.hint) from None


def _answer(entry: KeyEntry) -> KeyAnswer:
    return KeyAnswer.model_validate(entry.wire())
