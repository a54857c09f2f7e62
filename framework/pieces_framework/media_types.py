"""Media types: which extension is which type, the same on every machine.

The tables of the operating system are not read.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

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
