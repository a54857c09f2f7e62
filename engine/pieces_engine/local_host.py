"""What a run on this machine is given, where no instance stands behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_framework.pausing import ExecutionType
from pieces_framework.protocols import FlowInfo, FlowPage, FlowVersion, Project, Server, Step
from pieces_framework.recording import RecordedRun, Recording
from pieces_framework.run_context import Services

from .files import LocalFiles
from .store import FileStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_framework.auth import ConnectionValue
    from pieces_framework.context import WebhookPayload

_FLOW: Final = FlowInfo(id="local", version=FlowVersion(id="local"))
_PROJECT: Final = Project(id="local")
_NOWHERE: Final = "http://localhost/api/"
"""Nobody answers there: a run that pauses on this machine is not resumed."""
_SERVER: Final = Server(api_url=_NOWHERE, public_url=_NOWHERE, token="")


class NoConnections:
    """`Connections` of a machine that keeps none."""

    async def get(self, name: str) -> ConnectionValue | None:  # noqa: ARG002 -- there is none
        """Return `None`."""
        return None


class NoFlows:
    """`Flows` of a machine that keeps none."""

    @property
    def current(self) -> FlowInfo:
        """A flow that stands for the one there is not."""
        return _FLOW

    async def list(self, external_ids: Sequence[str] | None = None) -> FlowPage:  # noqa: ARG002
        """Return an empty page."""
        return FlowPage(data=[])


def local_recording() -> Recording:
    """Return what records the requests of one local call; read it once the call has returned."""
    return Recording(run=RecordedRun("local", public_url=_NOWHERE))


def local_services(
    store_file: Path,
    *,
    flow: str,
    step: str,
    recording: Recording,
    webhook_url: str = "",
    payload: WebhookPayload | None = None,
    is_republish: bool = False,
) -> Services:
    """Return what a local call of a piece's function is given.

    Args:
        store_file: the file of the `FileStore`; written files are kept in `files` beside it.
        flow: whose values the store's scope `FLOW` holds.
        step: the step's name; for a trigger, the trigger's.
        recording: takes the requests. They are carried out by nobody else.
        webhook_url: see `Services.webhook_url`.
        payload: see `Services.payload`.
        is_republish: see `TriggerContext.is_republish`.
    """
    return Services(
        store=FileStore(store_file, flow=flow),
        files=LocalFiles(store_file.parent / "files"),
        connections=NoConnections(),
        flows=NoFlows(),
        project=_PROJECT,
        server=_SERVER,
        step=Step(name=step),
        **vars(recording),  # its fields are called like those of `Services`
        execution_type=ExecutionType.BEGIN,
        webhook_url=webhook_url,
        payload=payload,
        is_republish=is_republish,
    )
