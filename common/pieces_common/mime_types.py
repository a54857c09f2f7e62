"""Media types and file names: which extension is which type, and what a download is called.

The same on every machine: the tables of the operating system are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from .http.header_parameters import parameters

if TYPE_CHECKING:
    from mimetypes import MimeTypes

_OFTEN: Final = {
    "application/gzip": "gz",
    "application/javascript": "js",
    "application/ld+json": "jsonld",
    "application/octet-stream": "bin",
    "application/rtf": "rtf",
    "application/toml": "toml",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.google-earth.kml+xml": "kml",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-outlook": "msg",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.rar": "rar",
    "application/x-7z-compressed": "7z",
    "application/x-ndjson": "ndjson",
    "application/xml": "xml",
    "application/yaml": "yaml",
    "application/zip": "zip",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "weba",
    "font/woff2": "woff2",
    "image/avif": "avif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "image/tiff": "tiff",
    "image/webp": "webp",
    "image/x-icon": "ico",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/javascript": "js",
    "text/markdown": "md",
    "text/plain": "txt",
    "text/tab-separated-values": "tsv",
    "text/vcard": "vcf",
    "text/xml": "xml",
    "video/mp4": "mp4",
    "video/mpeg": "mpeg",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
}
"""What Python's own table lacks, or names by an extension that few use."""
_OTHER_NAMES: Final = {
    "application/vnd.rar": "application/x-rar-compressed",
    "application/yaml": "application/x-yaml",
    "application/zip": "application/x-zip-compressed",
    "audio/mpeg": "audio/mp3",
    "audio/wav": "audio/x-wav",
    "image/jpeg": "image/jpg",
    "image/x-icon": "image/vnd.microsoft.icon",
}
_SEVERAL: Final = {"htm": "text/html", "jpeg": "image/jpeg", "yml": "application/yaml"}
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*(?P<path>[^?#]*)", re.IGNORECASE)


def mime_type_of(file_name: str, *, default: str = "application/octet-stream") -> str:
    """Return the media type by the extension of a file's name, or of the path of an absolute URL.

    >>> mime_type_of("Report.XLSX")
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    """
    url = _URL.match(file_name)
    path = url["path"] if url else file_name
    extension = path.rpartition(".")[2].lower() if "." in path else ""
    return _types_by_extension().get(extension, default)


def extension_of(mime_type: str, *, default: str = "bin") -> str:
    """Return the extension, without a dot, that files of a media type have.

    Parameters do not count, so the header `content-type` can be given as it is.

    >>> extension_of("text/html; charset=utf-8")
    'html'
    """
    return _extensions_by_type().get(mime_type.partition(";")[0].strip().lower(), default)


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


@cache
def _types_by_extension() -> dict[str, str]:
    known = {
        extension.removeprefix("."): mime_type
        for strict in (False, True)
        for extension, mime_type in _python_table().types_map[strict].items()
    }
    return known | {extension: mime_type for mime_type, extension in _OFTEN.items()} | _SEVERAL


@cache
def _extensions_by_type() -> dict[str, str]:
    known = {
        mime_type: extensions[0].removeprefix(".")
        for strict in (False, True)
        for mime_type, extensions in _python_table().types_map_inv[strict].items()
    }
    others = {other: _OFTEN[mime_type] for mime_type, other in _OTHER_NAMES.items()}
    return known | others | _OFTEN


def _python_table() -> MimeTypes:
    from mimetypes import MimeTypes

    return MimeTypes()
