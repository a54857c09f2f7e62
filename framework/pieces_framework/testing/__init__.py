"""What a piece's tests need: a host in memory, contexts as the engine builds them, and drivers.

host = MemoryHost()
context = make_context(approve, auth="test-key", props={"days": 3}, host=host)
await approve.run(context)
assert isinstance(host.run.verdict, PauseRequest)

driver = PollingDriver(new_order, auth="test-key")
await driver.enable()
assert await driver.tick() == []
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
from .requests import make_parse_context, make_payload, make_verify_context
from .webhook_driver import WebhookDriver

__all__ = [
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
