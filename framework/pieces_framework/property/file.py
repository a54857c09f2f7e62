"""Properties whose value is a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, Unpack, overload

from typing_extensions import override

from pieces_framework.wire import JsonValue, document

from .declaration import InputValue, PropertyBase, PropertyOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pieces_framework.files import ApFile, ApStreamingFile

T_co = TypeVar("T_co", covariant=True)


class File(PropertyBase[T_co]):
    """A file: uploaded, or given by a URL or as a base64 `data:` URL.

    Its run value is an `ApFile`, read whole; with `streaming=True` an `ApStreamingFile`. `None`
    when it is optional and was left empty. A `data:` URL is read here. Other URLs are for the host
    to fetch, which hands on the file as an `ApFile`; `pieces run` does not fetch yet.
    """

    kind = "FILE"
    expected = "Expected file url or base64 with mimeType"

    @overload
    def __init__(
        self: File[ApFile],
        *,
        required: Literal[True],
        default_value: str | None = None,
        streaming: Literal[False] = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: File[ApFile],
        *,
        default_value: str,
        required: bool = False,
        streaming: Literal[False] = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: File[ApFile | None],
        *,
        required: bool = False,
        default_value: None = None,
        streaming: Literal[False] = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: File[ApStreamingFile],
        *,
        required: Literal[True],
        default_value: str | None = None,
        streaming: Literal[True],
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: File[ApStreamingFile],
        *,
        default_value: str,
        required: bool = False,
        streaming: Literal[True],
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: File[ApStreamingFile | None],
        *,
        required: bool = False,
        default_value: None = None,
        streaming: Literal[True],
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, *, streaming: bool | None = None, **declared: Any) -> None:
        super().__init__(**declared)
        self.streaming: Final = streaming
        """Whether the run reads the file piece by piece instead of whole."""

    @override
    def coerce(self, raw: InputValue) -> ApFile | ApStreamingFile | None:
        from pieces_framework.files import ApFile, ApStreamingFile, parse_data_url

        if raw == "":
            return None
        file = parse_data_url(raw) if isinstance(raw, str) else raw
        if not isinstance(file, ApFile | ApStreamingFile):
            raise self.rejection(raw)
        if self.streaming and isinstance(file, ApFile):
            return _streamed(file)
        if not self.streaming and isinstance(file, ApStreamingFile):
            raise self.rejection(raw, "Expected a file read whole")
        return file

    @override
    def problems(self) -> list[str]:
        default = self.default_value
        if default is None or _is_url(default):
            return []
        return [f"its default_value {default!r} is neither a URL nor a base64 `data:` URL"]

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        return {**super().wire_fields(), **document(streaming=self.streaming)}


def _is_url(default: JsonValue) -> bool:
    from pieces_framework.files import parse_data_url

    if not isinstance(default, str):
        return False
    return default.startswith(("https://", "http://")) or parse_data_url(default) is not None


def _streamed(file: ApFile) -> ApStreamingFile:
    from pieces_framework.files import ApStreamingFile

    async def body() -> AsyncIterator[bytes]:
        yield file.data

    return ApStreamingFile(
        filename=file.filename,
        body=body(),
        extension=file.extension,
        size_bytes=len(file.data),
    )
