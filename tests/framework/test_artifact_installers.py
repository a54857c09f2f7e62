"""Wheels that are read say the same to installers, and to Python once they are installed."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Callable
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pieces_framework.artifact import read_piece_wheel
from pieces_framework.errors import ArtifactError
from tests.support.archives import archive, entries_of
from tests.support.spoiled_wheels import INFO, headers, wheel
from tests.support.wheels import wheel_files, with_record

MANY = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HONEST = "[pieces]\ngelato = piece_gelato:piece\n"


def accepted(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    try:
        read_piece_wheel(path)
    except ArtifactError:
        return False
    return True


def installed_pieces(path: Path, parent: Path) -> list[EntryPoint]:
    """The pieces that Python finds where the wheel is unpacked."""
    folder = tempfile.mkdtemp(dir=parent)  # a new one, for what Python finds is cached by folder
    with zipfile.ZipFile(path) as unpacked:
        unpacked.extractall(folder)
    found = [point for each in distributions(path=[folder]) for point in each.entry_points]
    return [point for point in found if point.group == "pieces"]


PARTS = [
    "[pieces]", "pieces", "[", "]", " ", "\t", "\n", "\r\n", "\r", ";", "#", "=", ":", "gelato",
    "evil = piece_gelato:evil", "\n[x]\n", "\ufeff", "\u2028", "\x1c", "\u00a0",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS), max_size=6).map("".join)
EXTRAS = [
    "readme.txt", "evil.egg-info", "evil.egg-info/entry_points.txt", "Evil.EGG-INFO/PKG-INFO",
    "evil-1.0.dist-info/entry_points.txt", "piece_gelato/evil.egg-info/entry_points.txt",
]  # fmt: skip


@MANY
@given(before=TEXTS, after=TEXTS, extra=st.sampled_from(EXTRAS))
@example(before="", after="", extra=EXTRAS[0])
@example(before="", after="[[pieces]]\nevil = piece_gelato:evil", extra=EXTRAS[0])
@example(before="", after=";evil = piece_gelato:evil", extra=EXTRAS[0])
@example(before="\ufeff", after="", extra=EXTRAS[0])
@example(before="", after="", extra=EXTRAS[2])
def test_python_finds_the_one_piece_of_a_wheel_that_is_read(
    tmp_path: Path, before: str, after: str, extra: str
) -> None:
    path = tmp_path / "w.whl"
    text = f"{before}{HONEST}{after}"

    if accepted(path, wheel({f"{INFO}/entry_points.txt": text, extra: HONEST})):
        assert [point.value for point in installed_pieces(path, tmp_path)] == ["piece_gelato:piece"]
    else:
        assert (text, extra) != (HONEST, EXTRAS[0])


CLAUSES = st.lists(
    st.sampled_from(
        ["<", ">", "=", "!", "~", "1", "3.11", ".", "*", ".*", "!", "+", "-", "_", "a", "rc1",
         "post", "dev0", "v", "x", ",", " ", "\t", "\u00a0", "\u0661", "(", ")", "[", "]", "httpx"]
    ),
    max_size=7,
).map("".join)  # fmt: skip

HEADERS: list[tuple[str, Callable[[str], object]]] = [
    ("Requires-Dist: httpx", Requirement),
    ("Requires-Python: ", SpecifierSet),
]


@MANY
@given(
    clause=CLAUSES,
    start=st.sampled_from(["", ">=", "==", "~=", "<1,>", "===", "!=1."]),
    header=st.sampled_from(HEADERS),
)
@example(clause="3.11", start=">=", header=HEADERS[0])
@example(clause="3.11", start=">=", header=HEADERS[1])
@example(clause="!!*", start=">=", header=HEADERS[0])
def test_installers_can_read_the_requirements_of_a_wheel_that_is_read(
    tmp_path: Path, clause: str, start: str, header: tuple[str, Callable[[str], object]]
) -> None:
    line = f"{header[0]}{start}{clause}"
    content = headers(line, instead="Requires-Python")

    if accepted(tmp_path / "w.whl", content):
        header[1](line.partition(":")[2].strip(" \t"))  # raises what pip would
    else:
        assert f"{start}{clause}" != ">=3.11"


@pytest.mark.parametrize("text", ["httpx<1,>=0.28", "a[b]~=1.0 ; os_name == 'posix'", "c==1.*"])
def test_requirements_of_usual_tools_are_read(tmp_path: Path, text: str) -> None:
    assert accepted(tmp_path / "w.whl", headers(f"Requires-Dist: {text}"))


def test_deep_folders_cost_no_more_than_their_paths_are_long(tmp_path: Path) -> None:
    """A count of calls, as a clock would judge the machine: one for each byte is plenty."""
    deep = "a/" * 240
    content = archive(
        entries_of(with_record({**wheel_files(), **{f"{deep}{n}": "" for n in range(300)}}))
    )
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls > len(content):
            sys.setprofile(None)

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read = accepted(tmp_path / "w.whl", content)
    finally:
        sys.setprofile(before)

    assert read
    assert calls < len(content)
