"""The pages of the package index. Source: PEP 503, 592, 629, 658, 691, 700, 714 and 792."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pieces_framework.wire import JsonValue

if TYPE_CHECKING:
    from pieces_server.registry.package_index import IndexFile

API_VERSION: Final = "1.4"
"""That of PEP 792, the newest whose keys are here."""
_META: Final[JsonValue] = {"api-version": API_VERSION}


def names_as_html(names: Sequence[str]) -> bytes:
    """Return the page of all names."""
    links = (f'<a href="{quote(name)}/">{escape(name)}</a><br>' for name in names)
    return _html("Package index", {}, links)


def names_as_json(names: Sequence[str]) -> bytes:
    """Return the page of all names."""
    return _json({"meta": _META, "projects": [{"name": name} for name in names]})


def files_as_html(name: str, files: Sequence[IndexFile]) -> bytes:
    """Return the page of a name. Sizes and times are in its JSON only: PEP 700 adds none here."""
    status = _status(files)
    metas = {f"project-status{suffix}": status[key] for key, suffix in _METAS if key in status}
    return _html(f"Files of {name}", metas, map(_link, files))


def files_as_json(name: str, files: Sequence[IndexFile]) -> bytes:
    """Return the page of a name."""
    page: dict[str, JsonValue] = {
        "meta": _META,
        "name": name,
        "versions": [file.version for file in files],
        "files": [_file(file) for file in files],
    }
    status = _status(files)
    if status:
        page["project-status"] = dict(status)
    return _json(page)


_METAS: Final = (("status", ""), ("reason", "-reason"))


def _status(files: Sequence[IndexFile]) -> dict[str, str]:
    """Return that a name is deprecated, for the newest version's reason, if all versions are.

    Yanked versions do not count, unless there are no others: nobody gets them unasked.
    """
    offered = [file for file in files if file.yanked is None] or files
    if any(file.deprecated is None for file in offered):
        return {}
    reason = offered[-1].deprecation_reason
    return {"status": "deprecated", **({"reason": reason} if reason else {})}


def _file(file: IndexFile) -> dict[str, JsonValue]:
    """Return a file as JSON.

    There is no `dist-info-metadata`, the old name of `core-metadata`: PEP 714 allows it in HTML
    only, because pip 22.3 to 23.1 fails on it.
    """
    entry: dict[str, JsonValue] = {
        "filename": file.filename,
        "url": quote(file.filename),
        "hashes": {"sha256": file.sha256},
        "size": file.size_bytes,
    }
    if file.requires_python:
        entry["requires-python"] = file.requires_python
    if file.metadata_sha256:
        entry["core-metadata"] = {"sha256": file.metadata_sha256}
    if file.uploaded:
        entry["upload-time"] = file.uploaded
    if file.yanked is not None:
        entry["yanked"] = file.yank_reason or True
    return entry


def _link(file: IndexFile) -> str:
    attributes = ""
    if file.requires_python:
        attributes += f' data-requires-python="{escape(file.requires_python)}"'
    if file.metadata_sha256:
        digest = f'"sha256={file.metadata_sha256}"'
        attributes += f" data-core-metadata={digest} data-dist-info-metadata={digest}"
    if file.yanked is not None:
        attributes += f' data-yanked="{escape(file.yank_reason)}"'
    target = f"{quote(file.filename)}#sha256={file.sha256}"
    return f'<a href="{target}"{attributes}>{escape(file.filename)}</a><br>'


def _html(title: str, metas: dict[str, str], links: Iterable[str]) -> bytes:
    named = {"repository-version": API_VERSION, **metas}
    head = [f'<meta name="pypi:{name}" content="{escape(said)}">' for name, said in named.items()]
    lines = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        *head,
        f"<title>{escape(title)}</title>\n</head>\n<body>",
        *links,
        "</body>\n</html>\n",
    ]
    return "\n".join(lines).encode()


def _json(page: dict[str, JsonValue]) -> bytes:
    return json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode()
