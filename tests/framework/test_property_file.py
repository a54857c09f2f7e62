"""Files as values of a run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from pieces_framework import (
    ApFile,
    ApStreamingFile,
    DefinitionError,
    JsonValue,
    Property,
    PropertyBase,
    Props,
)
from tests.support.values import absent, refused, taken

FILE = Property.File(display_name="File")
STREAM = Property.File(display_name="File", streaming=True)
READ = ApFile(filename="a.txt", data=b"hi")


async def chunks() -> AsyncIterator[bytes]:
    yield b"h"
    yield b"i"


async def test_a_data_url_is_read() -> None:
    file = taken(FILE, "data:text/plain;base64,aGk=")

    assert file == ApFile(filename="unknown.txt", data=b"hi", extension="txt")
    assert file.base64 == "aGk="


def test_a_file_already_read_is_taken() -> None:
    assert taken(FILE, READ) is READ


async def test_a_file_is_streamed_where_that_is_asked() -> None:
    given = ApStreamingFile(filename="b.txt", body=chunks())

    file = taken(STREAM, READ)
    from_url = taken(STREAM, "data:text/plain;base64,aGk=")

    assert (file.filename, file.extension, file.size_bytes) == ("a.txt", "txt", 2)
    assert [chunk async for chunk in file.body] == [b"hi"]
    assert [chunk async for chunk in from_url.body] == [b"hi"]
    assert taken(STREAM, given) is given


def test_a_stream_is_not_read_behind_the_authors_back() -> None:
    problem = refused(FILE, ApStreamingFile(filename="b.txt", body=chunks()))

    assert problem == "Expected a file read whole, received: [object Object]"


@pytest.mark.parametrize("declared", [FILE, STREAM], ids=["whole", "streaming"])
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("https://example.com/a.png", "https://example.com/a.png", id="not fetched"),
        pytest.param("aGk=", "aGk=", id="bare base64"),
        pytest.param("data:text/plain,hi", "data:text/plain,hi", id="no base64"),
        pytest.param("data:text/plain;base64,?", "data:text/plain;base64,?", id="broken base64"),
        pytest.param(3, "3", id="number"),
        pytest.param({"data": "aGk="}, "[object Object]", id="object"),
    ],
)
def test_what_is_no_file_is_refused(declared: PropertyBase[Any], raw: JsonValue, text: str) -> None:
    expected = "Expected file url or base64 with mimeType"

    assert refused(declared, raw) == f"{expected}, received: {text}"


def test_nothing_is_no_file() -> None:
    assert taken(FILE, None) is None
    assert taken(FILE, "") is None
    assert str(refused(Property.File(display_name="F", required=True), "")).endswith("received: ")


def test_a_default_may_be_a_url_that_is_not_fetched_here() -> None:
    url = Property.File(display_name="F", default_value="https://example.com/a.png")
    data = Property.File(display_name="F", default_value="data:text/plain;base64,aGk=")

    assert url.problems() == []
    assert url.metadata()["defaultValue"] == "https://example.com/a.png"
    assert absent(data).data == b"hi"


def test_a_default_is_a_url() -> None:
    Property.File(display_name="F", default_value="https://ice.example.com/menu.pdf")

    with pytest.raises(DefinitionError, match=r"'menu\.pdf' is neither a URL nor"):

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            menu = Property.File(display_name="F", default_value="menu.pdf")
