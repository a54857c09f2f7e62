"""The package index as an ASGI application, mounted at `/simple`.

A plain one, for speed: each request takes one thread once, which checks the key, asks the database
and, unless the file is large, has the whole answer.
"""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route

from pieces_framework.errors import PieceNotFoundError
from pieces_framework.names import normalize_name
from pieces_server.permissions import may_install

from .answers import NO_SNIFFING, Answer, bytes_answer, file_answer, header, redirect
from .negotiation import Form, choose_form, form_named, takes_gzip
from .page_cache import Page, PageCache, make_page
from .pages import files_as_html, files_as_json, names_as_html, names_as_json
from .refusals import MethodError, NotAcceptableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope, Send

    from pieces_server.instance import Instance

_PATH: Final = "/simple"
_CACHE_BYTES: Final = 64 * 1024 * 1024
_THREADS: Final = 8
"""More would only wait for each other, and for the database's connections."""
_METADATA_SUFFIX: Final = ".metadata"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_FILENAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+!-]*")


def index_routes(instance: Instance) -> Sequence[BaseRoute]:
    """Return the routes to the index, and to it from its address without the slash."""
    return [
        Route(_PATH, _redirect_to_index),
        Mount(_PATH, IndexApplication(instance)),
    ]


class IndexApplication:
    """Pages, files and their metadata, for whoever may install."""

    def __init__(self, instance: Instance) -> None:
        self._index = instance.index
        self._private = not instance.settings.public_read
        self._pages = PageCache(_CACHE_BYTES)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="index")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            ApiError: if it is refused; the application around this one answers it.
            PieceNotFoundError: if there is nothing of that name.
        """
        request = Request(scope)
        if request.method not in {"GET", "HEAD"}:
            raise MethodError(request.method)
        loop = asyncio.get_running_loop()
        context = copy_context()
        answer = await loop.run_in_executor(
            self._threads, lambda: context.run(self._answer, request)
        )
        await answer.send(receive, send)

    def _answer(self, request: Request) -> Answer:
        may_install(request)
        match _segments(request.scope):
            case [""]:
                return self._list_names(request)
            case [name]:
                return redirect(request, f"{_normalized(name)}/")
            case [name, rest] if name != _normalized(name):
                return redirect(request, f"../{_normalized(name)}/{_filename(rest)}")
            case [name, ""]:
                return self._list_files(request, name)
            case [name, filename] if filename.endswith(_METADATA_SUFFIX):
                return self._send_metadata(request, name, filename)
            case [name, filename]:
                return self._send_file(request, name, filename)
            case _:
                raise PieceNotFoundError(
                    f"the package index has no page {request.url.path[:200]!r}"
                )

    def _list_names(self, request: Request) -> Answer:
        form, zipped = _wanted_form(request), _takes_gzip(request)

        def make() -> Page:
            names = self._index.distributions()
            body = names_as_json(names) if form is Form.JSON else names_as_html(names)
            return make_page(body, form.value, zipped=zipped)

        page = self._pages.page(("", form, zipped), self._index.size(), make)
        return self._page_answer(request, form, page)

    def _list_files(self, request: Request, name: str) -> Answer:
        form, zipped = _wanted_form(request), _takes_gzip(request)
        revision = self._index.revision(name)
        if revision is None:
            raise PieceNotFoundError(f"no distribution is called {name[:80]!r}")

        def make() -> Page:
            files = self._index.files(name)
            as_form = files_as_json if form is Form.JSON else files_as_html
            return make_page(as_form(name, files), form.value, zipped=zipped)

        page = self._pages.page((name, form, zipped), revision, make)
        return self._page_answer(request, form, page)

    def _page_answer(self, request: Request, form: Form, page: Page) -> Answer:
        media_type = f"{form.value}; charset=utf-8" if form is Form.LEGACY_HTML else form.value
        headers = {
            "Content-Type": media_type,
            "ETag": page.etag,
            "Cache-Control": "private, no-cache" if self._private else "no-cache",
            "Vary": "Accept, Accept-Encoding" + (", Authorization" if self._private else ""),
        }
        if page.zipped:
            headers["Content-Encoding"] = "gzip"
        return bytes_answer(request, page.body, headers)

    def _send_metadata(self, request: Request, name: str, filename: str) -> Answer:
        wheel = _filename(filename).removesuffix(_METADATA_SUFFIX)
        found = self._index.find_metadata(name, wheel)
        if found is None:
            raise PieceNotFoundError(f"{name[:80]!r} has no metadata of a file {wheel[:200]!r}")
        headers = self._file_headers("text/plain; charset=utf-8", found.sha256)
        return bytes_answer(request, found.content, headers)

    def _send_file(self, request: Request, name: str, filename: str) -> Answer:
        found = self._index.find_file(name, _filename(filename))
        if found is None:
            raise PieceNotFoundError(f"{name[:80]!r} has no file {filename[:200]!r}")
        headers = self._file_headers("application/octet-stream", found.sha256)
        return file_answer(request, found, {**headers, "Accept-Ranges": "bytes"})

    def _file_headers(self, media_type: str, sha256: str) -> dict[str, str]:
        """Return the headers of what never changes: a version is not published twice."""
        shared = "private" if self._private else "public"
        headers = {
            "Content-Type": media_type,
            "ETag": f'"{sha256}"',
            "Cache-Control": f"{shared}, max-age=31536000, immutable",
        }
        return {**headers, "Vary": "Authorization"} if self._private else headers


async def _redirect_to_index(request: Request) -> RedirectResponse:
    """Add the slash that relative links need."""
    query = request.scope["query_string"].decode("latin-1")
    location = f"simple/?{query}" if query else "simple/"
    return RedirectResponse(location, HTTPStatus.MOVED_PERMANENTLY, NO_SNIFFING)


def _segments(scope: Scope) -> list[str]:
    """Return the parts of the path below the index, where an encoded slash ends none.

    Raises:
        PieceNotFoundError: if the index's own address ends in such a slash.
    """
    raw: bytes = scope["raw_path"]
    parts = [unquote(part) for part in raw.decode("ascii").split("/")]
    above: str = scope["root_path"]
    depth = above.count("/") + 1
    if "/".join(parts[:depth]) != above:
        raise PieceNotFoundError("the package index has no such page")
    return parts[depth:]


def _normalized(name: str) -> str:
    """Return a name normalised; what installers accept as none is not found.

    So no redirect leads to another host, nor out of the index. Source: PEP 508, "Names".
    """
    if not _NAME.fullmatch(name):
        raise PieceNotFoundError(f"no distribution is called {name[:80]!r}")
    return normalize_name(name)


def _filename(text: str) -> str:
    if text and not _FILENAME.fullmatch(text):
        raise PieceNotFoundError(f"no file is called {text[:200]!r}")
    return text


def _wanted_form(request: Request) -> Form:
    """Return the form that the query `format` names, or else the `Accept` header.

    Raises:
        NotAcceptableError: if there is none such.
    """
    named = request.query_params.get("format")
    if named is not None:
        wanted, form = named, form_named(named)
    else:
        wanted = header(request, "accept")
        form = choose_form(wanted)
    if form is None:
        raise NotAcceptableError(wanted)
    return form


def _takes_gzip(request: Request) -> bool:
    return takes_gzip(header(request, "accept-encoding"))
