"""Withdrawing versions: yanked or deprecated, with a reason, and brought back."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, Field

from pieces_framework.versions import Version
from pieces_server.audit import Actor
from pieces_server.errors import refused_with
from pieces_server.instance import Instance, instance_of
from pieces_server.permissions import Administrator, Publisher, may_administer, may_publish
from pieces_server.registry.withdrawing import Withdrawal, WithdrawalState, Withdrawing

from .document import Document
from .json_body import described_body, read_json
from .parameters import REASON_CHARACTERS, ExactVersion, OneLine, PieceName
from .piece_documents import NoticeDocument, notice_document

router: Final = APIRouter(prefix="/api/v1/pieces", tags=["withdrawals"])


class WithdrawalReason(Document):
    """Why a version is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[OneLine, Field(max_length=REASON_CHARACTERS)] = ""
    """Installers and readers are shown it."""


class WithdrawalAnswer(Document):
    """What is withdrawn of a version now."""

    name: str
    version: str
    yanked: NoticeDocument | None
    deprecated: NoticeDocument | None


async def _yank_reason(
    request: Request, _: Annotated[Actor, Depends(may_administer)]
) -> WithdrawalReason:
    return await read_json(request, WithdrawalReason)


async def _deprecation_reason(
    request: Request, _: Annotated[Actor, Depends(may_publish)]
) -> WithdrawalReason:
    return await read_json(request, WithdrawalReason)


@dataclass(frozen=True)
class _Target:
    """The version that a path names."""

    name: str
    version: Version
    withdrawing: Withdrawing


def _target(
    name: PieceName, version: ExactVersion, instance: Annotated[Instance, Depends(instance_of)]
) -> _Target:
    instance.require_publishing()
    return _Target(name, Version.parse(version), instance.withdrawing)


_Here = Annotated[_Target, Depends(_target)]
_RESPONSES: Final = refused_with(HTTPStatus.NOT_FOUND)
_BODY: Final = described_body(WithdrawalReason)
_VERSION: Final = "/{name:path}/versions/{version}"
"""Names of pieces may have a slash, be it encoded or not."""


@router.put(f"{_VERSION}/yank", responses=_RESPONSES, openapi_extra=_BODY)
def yank_version(
    actor: Administrator, target: _Here, wanted: Annotated[WithdrawalReason, Depends(_yank_reason)]
) -> WithdrawalAnswer:
    """Yank a version: nothing chooses it any more, but who asks for exactly it still gets it."""
    return _withdraw(target, Withdrawal.YANK, wanted, actor)


@router.delete(f"{_VERSION}/yank", responses=_RESPONSES)
def restore_version(actor: Administrator, target: _Here) -> WithdrawalAnswer:
    """Bring back a yanked version."""
    return _restore(target, Withdrawal.YANK, actor)


@router.put(f"{_VERSION}/deprecation", responses=_RESPONSES, openapi_extra=_BODY)
def deprecate_version(
    actor: Publisher,
    target: _Here,
    wanted: Annotated[WithdrawalReason, Depends(_deprecation_reason)],
) -> WithdrawalAnswer:
    """Deprecate a version: it is chosen as before, and who reads it is told."""
    return _withdraw(target, Withdrawal.DEPRECATION, wanted, actor)


@router.delete(f"{_VERSION}/deprecation", responses=_RESPONSES)
def undeprecate_version(actor: Publisher, target: _Here) -> WithdrawalAnswer:
    """Take back a deprecation."""
    return _restore(target, Withdrawal.DEPRECATION, actor)


def _withdraw(
    target: _Target, withdrawal: Withdrawal, wanted: WithdrawalReason, actor: Actor
) -> WithdrawalAnswer:
    withdraw = target.withdrawing.withdraw
    return _answer(
        withdraw(target.name, target.version, withdrawal, reason=wanted.reason, actor=actor)
    )


def _restore(target: _Target, withdrawal: Withdrawal, actor: Actor) -> WithdrawalAnswer:
    return _answer(target.withdrawing.restore(target.name, target.version, withdrawal, actor=actor))


def _answer(state: WithdrawalState) -> WithdrawalAnswer:
    return WithdrawalAnswer.model_validate(
        {
            "name": state.distribution,
            "version": str(state.version),
            "yanked": notice_document(state.yanked),
            "deprecated": notice_document(state.deprecated),
        }
    )
