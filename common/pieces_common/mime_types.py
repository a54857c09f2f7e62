"""Media types and file names: which extension is which type, and what a download is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from pieces_framework.media_types import extension_of, mime_type_of

from .http.header_parameters import parameters

__all__ = ["extension_of", "file_name_of", "mime_type_of"]


def file_name_of(headers: Mapping[str, str], *, default: str = "") -> str:
    """Return what the header `content-disposition` calls a file, without any folder.

    `filename*=UTF-8''...` counts before `filename=`, unless its bytes are no text. A name that
    would lead anywhere, such as `..`, is none.

    >>> file_name_of({"content-disposition": "attachment; filename*=UTF-8''caf%C3%A9.txt"})
    'café.txt'

    Args:
        headers: names in any case.
        default: what is returned where there is no name.
    """
    given = next(
        (value for name, value in headers.items() if name.lower() == "content-disposition"), ""
    )
    names = parameters(given)
    extended = names.get("filename*", "")
    for written in (
        _decoded(extended, "strict"),
        names.get("filename", ""),
        _decoded(extended, "replace"),
    ):
        if name := _without_folders(written):
            return name
    return default


def _decoded(extended: str, errors: str) -> str:
    """Read a value of RFC 8187: a charset, perhaps a language, and percent-encoded bytes."""
    charset, quote, rest = extended.partition("'")
    encoded = rest.partition("'")[2]
    if not quote or charset.lower() not in {"utf-8", "iso-8859-1"}:
        return ""
    try:
        return unquote(encoded, encoding=charset, errors=errors)
    except UnicodeDecodeError:
        return ""


def _without_folders(written: str) -> str:
    name = "".join(each for each in written if each.isprintable())
    name = re.split(r"[/\\]", name)[-1].strip()
    return "" if name in {".", ".."} else name
