"""What a run on one machine is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pieces_engine import LocalFiles, local_recording, local_services, run_action
from pieces_framework import (
    ActionContext,
    DelayPause,
    FileSizeError,
    RunError,
    create_action,
    create_piece,
)
from pieces_framework.recording import Recording
from pieces_framework.run_context import Services
from pieces_framework.testing import PauseRequest


@create_action(name="look", display_name="", description="")
async def look(context: ActionContext) -> list[object]:
    await context.store.put("seen", "yes")
    context.run.pause(DelayPause(resume_date_time="2026-11-22T12:00:00Z"))
    return [
        await context.connections.get("any"),
        (await context.flows.list()).data,
        context.step.name,
        context.server.token,
        await context.files.write(file_name="seen.txt", data=b"all of it"),
    ]


piece = create_piece(display_name="Eye", logo_url="", actions=[look], triggers=[])


async def chunks() -> AsyncIterator[bytes]:
    yield b"ab"
    yield b"cd"


def path_of(url: str) -> Path:
    assert url.startswith("file:///")
    return Path(unquote(urlsplit(url).path))


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def services(folder: Path, recording: Recording) -> Services:
    return local_services(
        folder / "store.db", flow="eye/look", step="look", recording=recording, is_republish=True
    )


async def test_an_action_runs_without_an_instance_and_its_request_is_kept(tmp_path: Path) -> None:
    recording = local_recording()
    given = services(tmp_path, recording)

    output = await run_action(piece, "look", auth=None, props={}, services=given)

    assert isinstance(output, list)
    assert output[:4] == [None, [], "look", ""]
    assert path_of(str(output[4])).read_bytes() == b"all of it"
    assert path_of(str(output[4])).is_relative_to(tmp_path / "files")
    assert isinstance(recording.run.verdict, PauseRequest)
    assert await services(tmp_path, local_recording()).store.get("seen", str) == "yes"


async def test_two_files_of_one_name_are_two_files(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path / "files")

    first = await files.write(file_name="a.txt", data=b"1")
    second = await files.write(file_name="a.txt", data=chunks())

    assert (path_of(first).read_bytes(), path_of(second).read_bytes()) == (b"1", b"abcd")


@pytest.mark.parametrize(
    ("file_name", "kept"),
    [
        pytest.param("../../etc/passwd", "passwd", id="folders"),
        pytest.param("C:\\temp\\ü ?#.txt", "ü ?#.txt", id="windows"),
        pytest.param("..", "file", id="dots"),
        pytest.param("", "file", id="empty"),
        pytest.param("a/\0", "file", id="nul"),
        pytest.param("x" * 300 + ".txt", "x" * 56 + ".txt", id="long"),
        pytest.param("🍦" * 300, "🍦" * 60, id="long in bytes"),
    ],
)
async def test_a_file_stays_in_its_folder_whatever_its_name(
    tmp_path: Path, file_name: str, kept: str
) -> None:
    path = path_of(await LocalFiles(tmp_path).write(file_name=file_name, data=b"x"))

    assert path.name == kept
    assert path.parent.parent == tmp_path
    assert path.read_bytes() == b"x"


async def test_nothing_stays_of_a_file_that_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(FileSizeError):
        await LocalFiles(tmp_path, max_bytes=3).write(file_name="a", data=chunks())

    assert names_in(tmp_path) == []


async def test_nothing_stays_of_a_file_whose_stream_breaks(tmp_path: Path) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"ab"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        await LocalFiles(tmp_path).write(file_name="a", data=breaks())

    assert names_in(tmp_path) == []


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("no folder")

    with pytest.raises(RunError, match="`a` cannot be kept") as failed:
        await LocalFiles(tmp_path / "files").write(file_name="a", data=b"")

    assert "check the folder" in failed.value.hint
