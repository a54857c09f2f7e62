"""When code runs: what blocks others, what runs at import, what never runs at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from .finding import Problem, Severity, check_for
from .module import Module, keyword, last_name, literal_text
from .piece_files import PieceFiles

_REQUESTS: Final = re.compile(
    r"(?:requests|httpx)\.(?:get|post|put|patch|delete|head|options|request|stream)"
    r"|urllib\.request\.(?:urlopen|urlretrieve)|socket\.create_connection"
)
_PROCESSES: Final = re.compile(
    r"subprocess\.(?:run|call|check_call|check_output|getoutput|getstatusoutput)|os\.(?:system|popen)"
)
_WRITES: Final = re.compile(
    r"os\.(?:mkdir|makedirs|remove|unlink|rename|rmdir)|shutil\.(?:rmtree|move|copy\w*)"
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

    While `time.sleep`, `requests`, the functions of httpx, `urllib.request` or `subprocess.run`
    wait, nothing else of the process runs, and a run cannot be stopped.
    """
    for module in piece.modules:
        for call, seen in module.each(ast.Call):
            name = module.dotted(call.func)
            if isinstance(seen.function, ast.AsyncFunctionDef) and (
                name == "time.sleep" or _REQUESTS.fullmatch(name) or _PROCESSES.fullmatch(name)
            ):
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
    write. Requests, processes, sleeping and writing files are found outside of functions; reading
    a file of the package is let be.
    """
    for module in piece.modules:
        for call, seen in module.each(ast.Call):
            if seen.function is None and not seen.idle and _works(module, call):
                what = module.dotted(call.func) or last_name(call.func)
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
    name = module.dotted(call.func)
    if any(kind.fullmatch(name) for kind in (_REQUESTS, _PROCESSES, _WRITES)):
        return True
    if name == "open":
        mode = literal_text(keyword(call, "mode") or (call.args[1] if len(call.args) > 1 else None))
        return bool(set(mode) & set("wax+"))
    is_method = isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Name)
    return name == "time.sleep" or (is_method and last_name(call.func) in _WRITING_METHODS)


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
