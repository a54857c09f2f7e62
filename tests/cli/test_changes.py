"""Files written together."""

from __future__ import annotations

from pathlib import Path

import pytest

from pieces_cli.changes import FileInTheWayError, WriteError, write_together
from tests.support.scaffolding import snapshot


def test_new_files_and_new_contents_are_written(tmp_path: Path) -> None:
    old = tmp_path / "old.py"
    old.write_text("old")
    old.chmod(0o640)

    write_together({tmp_path / "a/b/new.py": "é\n"}, {old: "changed\r\n"})

    assert snapshot(tmp_path) == {
        "a": None,
        "a/b": None,
        "a/b/new.py": "é\n".encode(),
        "old.py": b"changed\r\n",
    }
    assert old.stat().st_mode & 0o777 == 0o640


def test_a_broken_link_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "new").symlink_to("nowhere")

    with pytest.raises(FileInTheWayError):
        write_together({tmp_path / "other": "", tmp_path / "new": ""})

    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("broken", ["file/below/it", "x" * 300])
def test_after_a_failure_nothing_has_changed(broken: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    old = tmp_path / "old"
    old.write_text("old")
    before = snapshot(tmp_path)

    with pytest.raises(WriteError, match="cannot write"):
        write_together({tmp_path / "a/new": "", tmp_path / broken: ""}, {old: "changed"})

    assert snapshot(tmp_path) == before


def test_a_failing_replacement_takes_the_new_files_back(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_text("old")
    before = snapshot(tmp_path)

    with pytest.raises(WriteError, match="missing"):
        write_together({tmp_path / "a/new": ""}, {first: "new", tmp_path / "missing": "new"})

    assert snapshot(tmp_path) == before
