"""When code runs: what blocks others, what runs at import, what never runs at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from .finding import Problem, Severity, check_for
from .module import Module, keyword, literal_text
from .piece_files import PieceFiles
from .walking import last_name

_VERB: Final = "(?:get|post|put|patch|delete|head|options|request|send|stream)"
_REQUESTS: Final = re.compile(
    rf"(?:requests|httpx)\.{_VERB}"
    rf"|(?:requests\.(?:sessions\.)?[Ss]ession|httpx\.Client)\(\)\.{_VERB}"
    r"|urllib3\.(?:PoolManager\(\)\.)?request|urllib\.request\.(?:urlopen|urlretrieve)"
    r"|http\.client\.HTTPS?Connection\(\)\.(?:connect|request|getresponse)"
    r"|socket\.create_connection|smtplib\.SMTP(?:_SSL)?"
    r"|boto3\.(?:[Ss]ession(?:\.Session)?\(\)\.)?client\(\)\."
    r"(?:copy|create|delete|describe|download|get|head|invoke|list|publish|put|query|receive|scan"
    r"|send|start|update|upload)(?!_paginator|_waiter)(?:_\w+)?"
)
"""What talks to a service, as `Module.traced` writes it."""
_PROCESSES: Final = re.compile(
    r"subprocess\.(?:run|call|check_call|check_output|getoutput|getstatusoutput)"
    r"|subprocess\.Popen\(\)\.(?:wait|communicate)|os\.(?:system|popen)"
)
_PAUSES: Final = re.compile(r"time\.sleep|input")
_WAITS: Final = (_REQUESTS, _PROCESSES, _PAUSES)
_STARTS: Final = re.compile(
    r"subprocess\.Popen|(?:threading\.(?:Thread|Timer)|multiprocessing\.Process)\(\)\.start"
    r"|asyncio\.run"
)
_WRITES: Final = re.compile(
    r"os\.(?:mkdir|makedirs|remove|unlink|rename|rmdir)|shutil\.(?:rmtree|move|copy\w*)"
    r"|pathlib\.Path\(\)(?:\.[\w.()]+)?\.(?:write_text|write_bytes|mkdir|unlink|touch)"
)
_WRITING_METHODS: Final = frozenset({"write_text", "write_bytes", "mkdir", "unlink", "touch"})
_AWAITED_OF_STORE: Final = frozenset({"put", "delete"})
_AWAITED_OF_FILES: Final = frozenset({"write"})
_CLIENT: Final = "pieces_common.http_client.send_request"


@check_for(
    "blocking-call",
    Severity.WARNING,
    hint="await the asynchronous form, such as `http_client` or `asyncio.sleep`; or write `def`, "
    "which runs in a thread",
)
def blocking_call(piece: PieceFiles) -> Iterator[Problem]:
    """An `async def` does not wait without `await`.

    While `time.sleep`, `input`, `requests`, `httpx` without its asynchronous client, `urllib`,
    `smtplib`, boto3 or `subprocess` wait, nothing else of the process runs, and a run cannot be
    stopped. A client is known where it is made: in the expression, or by a name that its function
    or the module binds once. One that is handed over is not.
    """
    for module in piece.modules:
        for call, seen in module.each(ast.Call):
            if not isinstance(seen.function, ast.AsyncFunctionDef):
                continue
            name = module.traced(call.func, seen.function)
            if any(kind.fullmatch(name) for kind in _WAITS):
                function = seen.function.name
                message = f"`{name}` blocks in the asynchronous function `{function}`"
                yield Problem(module.at(call), message)


@check_for(
    "work-at-import",
    Severity.ERROR,
    hint="do it in the function that needs it",
)
def work_at_import(piece: PieceFiles) -> Iterator[Problem]:
    """Importing a piece only declares it.

    It is imported to be listed, built and checked, where there may be no network and no place to
    write. Requests, processes, threads, sleeping and writing files are found outside of functions;
    reading a file of the package is let be.
    """
    for module in piece.modules:
        for call, seen in module.each(ast.Call):
            if seen.function is None and not seen.idle and _works(module, call):
                what = module.traced(call.func, None) or last_name(call.func)
                yield Problem(module.at(call), f"`{what}` is called when the piece is imported")


@check_for(
    "not-awaited",
    Severity.ERROR,
    hint="write `await` before it",
)
def not_awaited(piece: PieceFiles) -> Iterator[Problem]:
    """What has to be awaited is awaited.

    `context.store.put(...)`, `context.store.delete(...)`, `context.files.write(...)` and
    `http_client.send_request(...)` alone on a line do nothing.
    """
    for module in piece.modules:
        for node, seen in module.each(ast.Expr):
            if isinstance(call := node.value, ast.Call):
                name = _forgotten(module, call)
                if name and isinstance(seen.function, ast.AsyncFunctionDef):
                    yield Problem(module.at(call), f"`{name}` is called and not awaited")


def _works(module: Module, call: ast.Call) -> bool:
    name = module.traced(call.func, None)
    if any(kind.fullmatch(name) for kind in (*_WAITS, _STARTS, _WRITES)):
        return True
    if name == "open":
        mode = literal_text(keyword(call, "mode") or (call.args[1] if len(call.args) > 1 else None))
        return bool(set(mode) & set("wax+"))
    is_method = isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Name)
    return is_method and last_name(call.func) in _WRITING_METHODS


def _forgotten(module: Module, call: ast.Call) -> str:
    if module.dotted(call.func) == _CLIENT:
        return "http_client.send_request"
    match call.func:
        case ast.Attribute(attr=method, value=ast.Attribute(attr="store", value=ast.Name(id=name))):
            return f"{name}.store.{method}" if method in _AWAITED_OF_STORE else ""
        case ast.Attribute(attr=method, value=ast.Attribute(attr="files", value=ast.Name(id=name))):
            return f"{name}.files.{method}" if method in _AWAITED_OF_FILES else ""
        case _:
            return ""


CHECKS: Final = (blocking_call, work_at_import, not_awaited)
