"""The process that checks: it reads wheels as data, and answers what rules find in them.

A line of JSON on stdin is the path of a wheel. The line on stdout that answers it has `findings`,
or `failed`: why there are none.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_framework.checks import Severity, check

from .wheel_files import read_files

if TYPE_CHECKING:
    from pieces_framework.wire import JsonValue

CPU_S: Final = 20
_MEMORY_BYTES: Final = 1024 * 1024 * 1024
_MAX_FINDINGS: Final = 100
_MAX_CHARACTERS: Final = 500


def main() -> None:
    """Answer until stdin ends, or until a wheel takes more than there is."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        _limit_cpu()
        sys.stdout.write(json.dumps(_answer(Path(json.loads(line)))) + "\n")
        sys.stdout.flush()


def _limit_cpu() -> None:
    """End this process if a wheel takes too long and nobody is left to end it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_S + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(path: Path) -> dict[str, JsonValue]:
    try:
        found = check(*read_files(path))
    except (MemoryError, RecursionError):
        return {"failed": "they need too much memory"}
    told = [each for each in found if each.severity is not Severity.NOTE]
    told.sort(key=lambda each: each.severity is not Severity.ERROR)
    documents = [each.document() for each in told[:_MAX_FINDINGS]]
    return {"findings": [_shortened(each) for each in documents]}


def _shortened(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        key: value[:_MAX_CHARACTERS] if isinstance(value, str) else value
        for key, value in document.items()
    }


if __name__ == "__main__":
    main()
