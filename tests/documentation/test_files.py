"""The page "Files": writing a file in one step and reading it in another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import PurePosixPath

from pieces_framework import (
    ActionContext,
    PollingTriggerContext,
    Property,
    Props,
    TriggerStrategy,
    create_action,
    create_trigger,
)
from pieces_framework.testing import MemoryHost, make_context


@create_action(name="write_menu", display_name="Write Menu", description="Writes today's menu")
async def write_menu(context: ActionContext) -> str:
    return await context.files.write(file_name="menu.txt", data=b"lemon, lime")


@create_action(name="write_film", display_name="Write Film", description="Writes a large file")
async def write_film(context: ActionContext) -> str:
    async def frames() -> AsyncIterator[bytes]:
        for number in range(3):
            yield bytes([number])

    return await context.files.write(file_name="film.bin", data=frames())


@create_trigger(
    name="new_photo",
    display_name="New Photo",
    description="Notices a photo",
    strategy=TriggerStrategy.POLLING,
)
async def new_photo(context: PollingTriggerContext) -> list[str]:
    return [await context.files.write(file_name="photo.png", data=b"\x89PNG")]


class PhotoProps(Props):
    photo = Property.File(display_name="Photo", required=True)
    film = Property.File(display_name="Film", streaming=True)


@create_action(
    name="weigh", display_name="Weigh", description="Says how large files are", props=PhotoProps
)
async def weigh(context: ActionContext[None, PhotoProps]) -> list[tuple[str, int]]:
    photo, film = context.props_value.photo, context.props_value.film
    sizes = [(photo.filename, len(photo.data))]
    if film is not None:
        sizes.append((film.filename, sum([len(chunk) async for chunk in film.body])))
    return sizes


async def test_what_an_action_writes_is_found_at_the_reference_it_got() -> None:
    host = MemoryHost()

    reference = await write_menu.run(make_context(write_menu, host=host))

    assert host.files.read(reference) == b"lemon, lime"
    assert PurePosixPath(reference).name == "menu.txt"


async def test_a_large_file_is_written_piece_by_piece() -> None:
    host = MemoryHost()

    reference = await write_film.run(make_context(write_film, host=host))

    assert host.files.read(reference) == b"\x00\x01\x02"


async def test_a_trigger_writes_files_too() -> None:
    host = MemoryHost()

    (reference,) = await new_photo.run(make_context(new_photo, host=host))

    assert reference == host.files.urls[0]
    assert host.files.read(host.files.urls[0]) == b"\x89PNG"


async def test_a_file_property_gives_the_run_the_file_itself() -> None:
    given = {"photo": "data:image/png;base64,iVBORw==", "film": "data:video/mp4;base64,AAEC"}

    sizes = await weigh.run(make_context(weigh, props=given))

    assert sizes == [("unknown.png", 4), ("unknown.mp4", 3)]


def test_the_metadata_says_which_file_is_streamed() -> None:
    assert weigh.metadata()["props"] == {
        "photo": {"type": "FILE", "displayName": "Photo", "required": True},
        "film": {"type": "FILE", "displayName": "Film", "required": False, "streaming": True},
    }
