"""The audit log, for administrators: read, and by no route written."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, Field, JsonValue
from sqlalchemy import Row

from pieces_server.audit import AuditFilter, read_log
from pieces_server.database.identifiers import timestamp
from pieces_server.instance import Instance, instance_of
from pieces_server.paging import PageRequest
from pieces_server.permissions import may_administer

from .document import Document
from .moments import Moment
from .paging import PageAnswer, page_request

router: Final = APIRouter(
    prefix="/api/v1/audit", tags=["audit"], dependencies=[Depends(may_administer)]
)


class ActorAnswer(Document):
    """Who did it."""

    id: str | None
    """That of an API key; `null` for the command line and for the instance itself."""
    name: str


class AuditEntry(Document):
    """A change of what the instance has."""

    id: str
    created: str
    action: str
    """Such as `piece.publish`."""
    subject: str
    """Such as `piece-gelato 0.1.0`, or the name of a key."""
    details: dict[str, JsonValue]
    actor: ActorAnswer
    request_id: str | None
    """The `x-request-id` of the request's answer."""


def _storable(text: str) -> str:
    if "\0" in text:  # PostgreSQL has no such text
        raise ValueError("no text has a NUL")
    return text


_Text = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_storable)]


def _filter(
    action: Annotated[
        _Text | None, Query(description="Only this, such as `piece.publish`.")
    ] = None,
    subject: Annotated[_Text | None, Query(description="Only changes of this.")] = None,
    since: Annotated[Moment | None, Query(description="Only changes from then on.")] = None,
    until: Annotated[Moment | None, Query(description="Only changes before.")] = None,
) -> AuditFilter:
    return AuditFilter(
        action=action,
        subject=subject,
        since=None if since is None else timestamp(since),
        until=None if until is None else timestamp(until),
    )


@router.get("")
def list_changes(
    wanted: Annotated[PageRequest, Depends(page_request(int))],
    only: Annotated[AuditFilter, Depends(_filter)],
    instance: Annotated[Instance, Depends(instance_of)],
) -> PageAnswer[AuditEntry]:
    """List changes, the newest first."""
    page = read_log(instance.database, wanted, only)
    entries = [_entry(row) for row in page.rows]
    return PageAnswer(data=entries, next=page.next, previous=page.previous)


def _entry(row: Row[Any]) -> AuditEntry:  # a row of the table `audit`
    return AuditEntry.model_validate(
        {
            "id": str(row.id),
            "created": row.created,
            "action": row.action,
            "subject": row.subject,
            "details": row.details,
            "actor": {"id": row.actor_id, "name": row.actor_name},
            "requestId": row.request_id,
        }
    )
