"""What a piece's tests need: a host in memory, and contexts as the engine would build them.

host = MemoryHost()
context = make_context(approve, auth="test-key", props={"days": 3}, host=host)
await approve.run(context)
assert isinstance(host.run.verdict, PauseRequest)
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

from .contexts import make_context, make_property_context, make_start_context

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
    "RecordedListeners",
    "RecordedOutput",
    "RecordedRun",
    "RecordedSchedule",
    "RecordedTags",
    "RespondRequest",
    "StopRequest",
    "WaitRequest",
    "make_context",
    "make_property_context",
    "make_start_context",
]
