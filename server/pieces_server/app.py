"""The instance as an ASGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from .errors import install_error_answers
from .routes import pieces, present, simple
from .web.body_limit import BodyLimit
from .web.request_id import RequestId

if TYPE_CHECKING:
    from .instance import Instance


def create_app(instance: Instance) -> FastAPI:
    """Gather routes, error answers and middleware. It does no I/O of its own."""
    # Without a slash too many or too few: /simple/ has redirects of its own, the API none.
    app = FastAPI(title="Piecekit instance", redirect_slashes=False, docs_url=None, redoc_url=None)
    app.state.instance = instance
    app.include_router(pieces.router)
    app.include_router(present.router)
    app.include_router(simple.router)
    install_error_answers(app)
    app.add_middleware(BodyLimit, max_file_bytes=instance.settings.max_file_size_bytes)
    app.add_middleware(RequestId)  # the outermost: the answers of the others have an id too
    return app
