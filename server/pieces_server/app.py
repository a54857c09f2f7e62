"""The instance as an ASGI application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from .index.application import index_routes
from .openapi import describe
from .routes import (
    api_keys,
    audit,
    health,
    legacy,
    piece_lists,
    pieces,
    present,
    publish,
    withdrawals,
)
from .web.access_log import AccessLog
from .web.body_limit import BodyLimit
from .web.cross_site import refuse_cross_site
from .web.cut_off import CutOff
from .web.error_answers import install_error_answers
from .web.head_requests import HeadRequests
from .web.request_id import RequestId

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .instance import Instance


def create_app(instance: Instance) -> FastAPI:
    """Gather routes, error answers and middleware. It does no I/O of its own."""
    # Without a slash too many or too few: /simple/ has redirects of its own, the API none.
    app = FastAPI(
        title="Piecekit instance",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        dependencies=[Depends(refuse_cross_site)],
        lifespan=_closing_database,
    )
    app.state.instance = instance
    app.router.routes.extend(index_routes(instance))
    app.include_router(api_keys.router)
    app.include_router(audit.router)
    app.include_router(health.router)
    app.include_router(legacy.router)
    app.include_router(piece_lists.router)  # before the names of pieces, which are any word
    app.include_router(pieces.router)
    app.include_router(present.router)
    app.include_router(publish.router)
    app.include_router(withdrawals.router)
    install_error_answers(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.add_middleware(
        BodyLimit,
        uploads={publish.PATH, *legacy.PATHS},
        max_file_bytes=instance.settings.max_file_size_bytes,
        timeout_s=instance.settings.client_timeout_seconds,
    )
    app.add_middleware(CutOff)
    app.add_middleware(HeadRequests)
    probes = {route.path for route in health.router.routes if isinstance(route, APIRoute)}
    app.add_middleware(AccessLog, probes=probes)
    app.add_middleware(RequestId)  # the outermost: the answers of the others have an id too
    return app


@asynccontextmanager
async def _closing_database(app: FastAPI) -> AsyncGenerator[None]:
    """Close the last connection at the end: SQLite then moves its log into `piecekit.db`."""
    yield
    instance: Instance = app.state.instance
    instance.checker.close()
    instance.database.close()
