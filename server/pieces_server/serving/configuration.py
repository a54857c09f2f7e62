"""How uvicorn is set up, for one process and for several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from pieces_server.logs import configure_logs

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from pieces_server.settings import Settings


class ServingConfig(uvicorn.Config):
    """uvicorn's configuration by our settings. Pickled, it tells a worker how to serve.

    Args:
        app: makes the application, in the process that serves.
        settings: the administrator's.
    """

    def __init__(self, app: Callable[[], ASGIApp], settings: Settings) -> None:
        self.settings = settings
        super().__init__(
            app,
            factory=True,
            access_log=False,
            forwarded_allow_ips=list(settings.trusted_proxies),
            http="pieces_server.serving.protocol:BoundedProtocol",
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
            timeout_worker_healthcheck=30,
            workers=settings.server_workers,
            ws="none",
        )

    def configure_logging(self) -> None:
        """Set the log up; uvicorn calls this in every process."""
        configure_logs(self.settings.log_level)
