"""Requests of HTTP/1.1 as the bytes that are sent."""

from __future__ import annotations

from collections.abc import Mapping

_BOUNDARY = "boundary-of-raw-requests"


def raw_request(
    host: str, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> bytes:
    """Return a whole request; `host` has the port in it."""
    length = {"Content-Length": str(len(body))} if body else {}
    lines = [f"{name}: {value}" for name, value in {"Host": host, **headers, **length}.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + body


def raw_upload(
    host: str,
    path: str,
    headers: Mapping[str, str],
    fields: Mapping[str, str],
    file: tuple[str, str, bytes],
) -> bytes:
    """Return a whole request that posts a multipart form.

    Args:
        host: with the port in it.
        path: where to.
        headers: besides those of the form.
        fields: of the form, before the file.
        file: the name of its field, its own name, and its content.
    """
    file_field, filename, content = file
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    disposition = f'form-data; name="{file_field}"; filename="{filename}"'
    kind = "Content-Type: application/octet-stream"
    parts.append(f"--{_BOUNDARY}\r\nContent-Disposition: {disposition}\r\n{kind}\r\n\r\n")
    body = "".join(parts).encode() + content + f"\r\n--{_BOUNDARY}--\r\n".encode()
    form = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    return raw_request(host, "POST", path, {**headers, **form}, body)
