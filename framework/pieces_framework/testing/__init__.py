"""What a piece's tests need: a host in memory, contexts as the engine builds them, and drivers.

The documentation, "Test a piece", goes through all of it.

>>> import asyncio
>>> from pieces_framework import WebhookPause, create_action
>>> @create_action(name="approve", display_name="", description="")
... def approve(context):
...     context.run.pause(WebhookPause())
>>> host = MemoryHost()
>>> asyncio.run(approve.run(make_context(approve, host=host)))
>>> isinstance(host.run.verdict, PauseRequest)
True
"""

from __future__ import annotations

from pieces_framework.memory import (
    MemoryConnections,
    MemoryFiles,
    MemoryFlows,
    MemoryHost,
    MemoryStore,
)
from pieces_framework.pausing import PauseRequest, RespondRequest, StopRequest, WaitRequest
from pieces_framework.recording import (
    Listener,
    RecordedListeners,
    RecordedOutput,
    RecordedRun,
    RecordedSchedule,
    RecordedTags,
)
from pieces_framework.scheduling import CronSchedule, IntervalSchedule

from .contexts import (
    make_context,
    make_property_context,
    make_start_context,
    make_validation_context,
)
from .polling_driver import PollingDriver
from .requests import WEBHOOK_URL, make_parse_context, make_payload, make_verify_context
from .webhook_driver import WebhookDriver

__all__ = [
    "WEBHOOK_URL",
    "CronSchedule",
    "IntervalSchedule",
    "Listener",
    "MemoryConnections",
    "MemoryFiles",
    "MemoryFlows",
    "MemoryHost",
    "MemoryStore",
    "PauseRequest",
    "PollingDriver",
    "RecordedListeners",
    "RecordedOutput",
    "RecordedRun",
    "RecordedSchedule",
    "RecordedTags",
    "RespondRequest",
    "StopRequest",
    "WaitRequest",
    "WebhookDriver",
    "make_context",
    "make_parse_context",
    "make_payload",
    "make_property_context",
    "make_start_context",
    "make_validation_context",
    "make_verify_context",
]
