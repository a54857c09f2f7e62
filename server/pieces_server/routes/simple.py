"""The package index that installers read. Source: PEP 503, "Simple Repository API"."""

from html import escape
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from pieces_framework.errors import PieceNotFoundError
from pieces_framework.names import normalize_name
from pieces_server.access.permissions import may_install
from pieces_server.instance import Instance, instance_of
from pieces_server.registry.package_index import IndexFile

router: Final = APIRouter(
    prefix="/simple", tags=["index"], dependencies=[Depends(may_install)], include_in_schema=False
)
_METHODS: Final = ["GET", "HEAD"]


@router.api_route("", methods=_METHODS)
def redirect_to_index() -> Response:
    """Add the slash that relative links need."""
    return RedirectResponse("/simple/", status_code=301)


@router.api_route("/", methods=_METHODS)
def list_distributions(instance: Annotated[Instance, Depends(instance_of)]) -> Response:
    """List the distributions."""
    links = [_link(f"{quote(name)}/", name) for name in instance.index.distributions()]
    return _page("Index of wheels", links)


@router.api_route("/{name}", methods=_METHODS)
def redirect_to_distribution(name: str) -> Response:
    """Add the slash that relative links need."""
    return _redirect(name)


@router.api_route("/{name}/", methods=_METHODS)
def list_files(name: str, instance: Annotated[Instance, Depends(instance_of)]) -> Response:
    """List the files of a distribution, each with its hash."""
    if name != normalize_name(name):
        return _redirect(name)
    files = instance.index.files(name)
    if not files:
        raise PieceNotFoundError(f"no distribution is called {name!r}")
    return _page(f"Wheels of {name}", [_file_link(file) for file in files])


@router.api_route("/{name}/{filename}", methods=_METHODS)
def download(
    name: str, filename: str, instance: Annotated[Instance, Depends(instance_of)]
) -> Response:
    """Send a file."""
    path = instance.index.path(name, filename)
    if path is None:
        raise PieceNotFoundError(f"{name!r} has no file {filename!r}")
    return FileResponse(path, media_type="application/octet-stream")


def _redirect(name: str) -> Response:
    return RedirectResponse(f"/simple/{quote(normalize_name(name), safe='')}/", status_code=301)


def _file_link(file: IndexFile) -> str:
    requires = file.requires_python
    attribute = f' data-requires-python="{escape(requires)}"' if requires else ""
    return _link(f"{quote(file.filename)}#sha256={file.sha256}", file.filename, attribute)


def _link(target: str, text: str, attribute: str = "") -> str:
    return f'<a href="{escape(target)}"{attribute}>{escape(text)}</a><br>'


def _page(title: str, links: list[str]) -> Response:
    head = '<meta charset="utf-8"><meta name="pypi:repository-version" content="1.0">'
    lines = [
        f"<!DOCTYPE html><html><head>{head}<title>{escape(title)}</title></head><body>",
        *links,
        "</body></html>",
    ]
    return HTMLResponse("\n".join(lines) + "\n")
