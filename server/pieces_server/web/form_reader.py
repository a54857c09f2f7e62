"""A form with one file in it, taken apart as it arrives. Source: RFC 7578."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from pieces_server.errors import FileTooLargeError, FormError

if TYPE_CHECKING:
    from pieces_server.storage.wheel_folder import IncomingFile, ReceivedFile

MAX_PARTS: Final = 1000
MAX_FIELDS_BYTES: Final = 1024 * 1024
"""Of all fields but the file together. Tools send a wheel's whole README as one of them."""
_MAX_NAME_CHARACTERS: Final = 214
_PLAIN: Final = (b"", b"7bit", b"8bit", b"binary")


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form that came in whole."""

    fields: Mapping[str, Sequence[str]]
    """The texts of each field but the file, in their order."""
    file: ReceivedFile | None
    filename: str
    """As the client wrote it, in one line."""

    def texts(self) -> Mapping[str, str]:
        """Return the text of each field.

        Raises:
            FormError: if one is there twice.
        """
        twice = [name for name, texts in self.fields.items() if len(texts) > 1]
        if twice:
            raise FormError([{"field": name, "message": "is there twice"} for name in twice])
        return {name: texts[0] for name, texts in self.fields.items()}


class FormReader:
    """Writes the file to its place and keeps the other fields, within bounds.

    Args:
        content_type: the header of the request.
        file_field: which field is the file.
        open_file: makes where its bytes go; called once it begins.
        max_file_bytes: how many may go there.

    Raises:
        FormError: if the header announces no such form.
    """

    def __init__(
        self,
        content_type: str,
        *,
        file_field: str,
        open_file: Callable[[], IncomingFile],
        max_file_bytes: int,
    ) -> None:
        self._file_field = file_field
        self._open_file = open_file
        self._file: IncomingFile | None = None
        self._max_file_bytes = max_file_bytes
        self._fields: dict[str, list[str]] = {}
        self._field_bytes = 0
        self._filename = ""
        self._parts = 0
        self._headers: dict[bytes, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._name = ""
        self._text: bytearray | None = None
        self._ended = False
        self._parser = MultipartParser(
            _boundary(content_type),
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_header_name,
                "on_header_value": self._add_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._add_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body.

        Raises:
            FormError: if they are no part of a form, or of one that is too large.
            FileTooLargeError: if the file grows beyond what is taken.
        """
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _broken(f"the form is damaged: {error}") from error

    def end(self) -> Form:
        """Return the form.

        Raises:
            FormError: if the body ended before it did.
        """
        if self._parts and not self._ended:
            raise _broken("the form ends too early")
        return Form(
            fields=self._fields,
            file=None if self._file is None else self._file.received(),
            filename=self._filename,
        )

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise _broken(f"the form has more than {MAX_PARTS} fields")
        self._headers = {}

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        name = self._header_name.lower()
        if name in self._headers:
            raise _broken(f"a field has the header {name.decode('latin-1')!r} twice")
        self._headers[name] = self._header_value
        self._header_name = self._header_value = b""

    def _end_headers(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        name = options.get(b"name")
        if kind != b"form-data" or name is None:
            raise _broken("a field has no header `Content-Disposition: form-data` with a name")
        self._name = _decoded(name, "a field's name")
        if self._headers.get(b"content-transfer-encoding", b"").lower() not in _PLAIN:
            raise FormError([{"field": self._name, "message": "must be sent as it is"}])
        self._text = bytearray()
        filename = options.get(b"filename")
        if filename is not None:
            self._begin_file(_decoded(filename, "a file's name"))
        elif self._name == self._file_field:
            raise FormError([{"field": self._name, "message": "must be a file, not a text"}])

    def _begin_file(self, filename: str) -> None:
        if self._name != self._file_field:
            raise FormError([{"field": self._name, "message": "no file is taken here"}])
        if self._file is not None:
            raise FormError([{"field": self._name, "message": "is there twice"}])
        self._filename = one_line(filename)[:_MAX_NAME_CHARACTERS]
        self._file = self._open_file()
        self._text = None

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        size_bytes = end - start
        if self._text is not None:
            self._field_bytes += size_bytes
            if self._field_bytes > MAX_FIELDS_BYTES:
                raise _broken(f"the fields have more than {MAX_FIELDS_BYTES} bytes")
            self._text += data[start:end]
        elif self._file is not None:
            if self._file.size_bytes + size_bytes > self._max_file_bytes:
                raise FileTooLargeError(self._max_file_bytes)
            self._file.write(memoryview(data)[start:end])

    def _end_part(self) -> None:
        if self._text is not None:
            text = _decoded(bytes(self._text), f"the field {self._name!r}")
            self._fields.setdefault(self._name, []).append(text)

    def _end(self) -> None:
        self._ended = True


def one_line(text: str) -> str:
    """Return a text without what would steer the terminal of who reads it."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    # 70 characters: RFC 2046, section 5.1.1.
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 70:
        message = "must be `multipart/form-data` with a boundary of at most 70 characters"
        raise FormError([{"field": "Content-Type", "message": message}])
    if options.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise FormError([{"field": "Content-Type", "message": "the charset must be utf-8"}])
    return boundary


def _decoded(content: bytes, what: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise _broken(f"{what[:_MAX_NAME_CHARACTERS]} is not UTF-8") from error
    if "\0" in text:
        raise _broken(f"{what[:_MAX_NAME_CHARACTERS]} has a NUL in it")
    return text


def _broken(message: str) -> FormError:
    return FormError([{"field": "body", "message": message}])
