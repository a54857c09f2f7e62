"""Taking in a form with a file, and working on it, away from the loop that serves the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi.concurrency import run_in_threadpool
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


async def with_form(
    request: Request,
    folder: WheelFolder,
    work: Callable[[Form], ResultT],
    *,
    file_field: str,
    max_file_bytes: int,
) -> ResultT:
    """Read a form whose file goes into the folder, and work on it in a thread.

    Check the key before. While bytes are hashed and written, no more are taken from the client. A
    body of less than 1 MB is all there before a thread is taken, once, for all of it.

    Args:
        request: it bears the form.
        folder: the file is removed from it at the end unless kept.
        work: is given the form; a few run at once, the others wait without a thread.
        file_field: which field is the file.
        max_file_bytes: how large the file may be.

    Raises:
        FormError: if the request bears no such form.
        FileTooLargeError: if the file is larger.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        message = "a compressed body is not taken"
        raise FormError([{"field": "Content-Encoding", "message": message}])
    with ExitStack() as used:
        reader = FormReader(
            request.headers.get("content-type", ""),
            file_field=file_field,
            open_file=lambda: used.enter_context(folder.receiving()),
            max_file_bytes=max_file_bytes,
        )
        batch = bytearray()
        async for chunk in request.stream():
            batch += chunk
            if len(batch) >= _BATCH_BYTES:
                await run_in_threadpool(reader.feed, bytes(batch))
                batch.clear()

        def finish() -> ResultT:
            with used:
                reader.feed(bytes(batch))
                return work(reader.end())

        return await to_thread.run_sync(finish, limiter=_PUBLISHING)


def validated(model: type[ModelT], fields: Mapping[str, object]) -> ModelT:
    """Return what a form says.

    Raises:
        FormError: naming each field that is not what the model wants, not only the first.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise FormError.of(error.errors(include_input=False)) from None
