"""Taking in a form with a file, and working on it, away from the loop that serves the others."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from pydantic import BaseModel, ValidationError

from pieces_server.errors import FormError

from .form_reader import Form, FormReader

if TYPE_CHECKING:
    from fastapi import Request

    from pieces_server.storage.wheel_folder import WheelFolder

ResultT = TypeVar("ResultT")
ModelT = TypeVar("ModelT", bound=BaseModel)

_BATCH_BYTES: Final = 1024 * 1024
_PUBLISHING: Final = CapacityLimiter(8)
"""Reading a large wheel and checking a hostile one take seconds: they leave threads to others."""


@asynccontextmanager
async def received_form(
    request: Request, folder: WheelFolder, *, file_field: str, max_file_bytes: int
) -> AsyncGenerator[Form]:
    """Read a form whose file goes into the folder; the file is removed at the end unless kept.

    Check the key before. While bytes are hashed and written, no more are taken from the client.

    Raises:
        FormError: if the request bears no such form.
        FileTooLargeError: if the file is larger than `max_file_bytes`.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        message = "a compressed body is not taken"
        raise FormError([{"field": "Content-Encoding", "message": message}])
    async with contextmanager_in_threadpool(folder.receiving()) as incoming:
        reader = FormReader(
            request.headers.get("content-type", ""),
            file_field=file_field,
            incoming=incoming,
            max_file_bytes=max_file_bytes,
        )
        batch = bytearray()
        async for chunk in request.stream():
            batch += chunk
            if len(batch) >= _BATCH_BYTES:
                await run_in_threadpool(reader.feed, bytes(batch))
                batch.clear()
        await run_in_threadpool(reader.feed, bytes(batch))
        yield await run_in_threadpool(reader.end)


async def in_publishing_thread(work: Callable[[], ResultT]) -> ResultT:
    """Run what publishes in a thread; a few at once do, the others wait without one."""
    return await to_thread.run_sync(work, limiter=_PUBLISHING)


def validated(model: type[ModelT], fields: Mapping[str, object]) -> ModelT:
    """Return what a form says.

    Raises:
        FormError: naming each field that is not what the model wants, not only the first.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise FormError(
            [
                {"field": str(each["loc"][0]), "message": each["msg"]}
                for each in error.errors(include_input=False)
            ]
        ) from None
