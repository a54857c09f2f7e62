"""Whether the instance runs, and whether it can do its work: for those that watch over it."""

import asyncio
import logging
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Final, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from pieces_framework.errors import PieceError
from pieces_server.database.migrating import HEAD, current_revision
from pieces_server.errors import NotReadyError, refused_with
from pieces_server.instance import Instance, instance_of

router: Final = APIRouter(prefix="/api/v1", tags=["health"])
_WAIT_S: Final = 3
# A thread for each part: those that answer requests may all be waiting for the database.
_THREADS: Final = {part: ThreadPoolExecutor(1, part) for part in ("database", "folder")}
_logger = logging.getLogger(__name__)


class HealthAnswer(BaseModel):
    """The process answers requests."""

    status: Literal["ok"] = "ok"


class ReadyAnswer(BaseModel):
    """Everything that requests need can be used."""

    status: Literal["ready"] = "ready"
    database: Literal["ok"] = "ok"
    """It answers, and its tables are those of this version of the instance."""
    folder: Literal["ok"] = "ok"
    """A file can be written to the data folder."""


@router.get("/health")
async def tell_health() -> HealthAnswer:
    """Say that the process answers. Nothing else is looked at: a restart would mend nothing."""
    return HealthAnswer()


@router.get("/ready", responses=refused_with(HTTPStatus.SERVICE_UNAVAILABLE))
async def tell_readiness(request: Request) -> ReadyAnswer:
    """Say within a few seconds whether requests can be answered now.

    Raises:
        NotReadyError: if they cannot. Why a part fails is in the log only.
    """
    instance = instance_of(request)
    database, folder = await asyncio.gather(
        _state("database", lambda: _use_database(instance)),
        _state("folder", lambda: _use_folder(instance)),
    )
    states = {"database": database, "folder": folder}
    if set(states.values()) != {"ok"}:
        raise NotReadyError(states)
    return ReadyAnswer()


async def _state(part: str, use: Callable[[], None]) -> str:
    try:
        async with asyncio.timeout(_WAIT_S):
            await asyncio.get_running_loop().run_in_executor(_THREADS[part], use)
    except TimeoutError:
        _logger.warning("the %s cannot be used: no answer within %d s", part, _WAIT_S)
        return "failed"
    except (OSError, PieceError, SQLAlchemyError) as error:
        _logger.warning("the %s cannot be used: %s: %s", part, type(error).__name__, error)
        return "failed"
    return "ok"


def _use_database(instance: Instance) -> None:
    with instance.database.reading() as connection:
        revision = current_revision(connection)
    if revision != HEAD:
        raise PieceError(f"its tables are of revision {revision}, not {HEAD}")


def _use_folder(instance: Instance) -> None:
    with tempfile.TemporaryFile(dir=instance.settings.data_folder / "incoming") as file:
        file.write(b"ready")
