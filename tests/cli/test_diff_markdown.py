"""The report for a pull request: found again by a bot, and no markup in what pieces say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pieces_cli.piece_version import PieceVersion
from pieces_cli.releasing.earlier_version import EarlierVersion
from pieces_cli.releasing.markdown_report import MARKER, markdown_report
from pieces_cli.releasing.piece_diffs import PieceDiff
from pieces_cli.version_step import VersionStep
from pieces_engine.workspace.folders import PieceFolder
from pieces_framework import JsonValue
from pieces_framework.errors import PieceError
from pieces_framework.versions import Version
from tests.support.repository import committed
from tests.support.scaffolding import add_action, pieces

EVIL = "</summary>|`@octocat` #1 [x](http://e.example)\n## x <!-- *b* -->"
PIECE = PieceFolder(
    path=Path("gelato"),
    name="gelato",
    distribution="piece-gelato",
    version="0.1.0",
    entry_point="piece_gelato:gelato",
)


def diff(old: dict[str, JsonValue], new: dict[str, JsonValue], name: str = "gelato") -> PieceDiff:
    was, is_ = (
        PieceVersion(
            version=Version.parse("0.1.0"), metadata=metadata, source_digest=digest, origin="`x`"
        )
        for metadata, digest in ((old, "1"), (new, "2"))
    )
    earlier = EarlierVersion(
        version=was.version, source_digest="1", origin="`x`", read_metadata=lambda: was.metadata
    )
    step = VersionStep(old=was, new=is_)
    return PieceDiff(piece=replace(PIECE, name=name), earlier=earlier, step=step)


def actions(*names: str) -> dict[str, JsonValue]:
    return {"actions": {name: {"props": {}} for name in names}}


def test_the_report_begins_with_its_marker_and_names_the_version(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(workspace, monkeypatch)
    add_action("gelato", "send")

    result = pieces("diff", "--markdown")

    assert result.exit_code == 65
    assert result.stdout.splitlines()[:2] == [MARKER, "## Changes of pieces"]
    assert "| gelato | 0.0.1 | 0.0.1 | **too low: name it 0.1.0** |" in result.stdout
    assert "- actions&#46;send: the action is new (action-added: " in result.stdout


def test_breaks_come_first_and_are_unfolded() -> None:
    report = markdown_report([diff(actions("a"), actions("b"))], "`x`")

    assert "<details open><summary>gelato: breaking 1, new 1</summary>" in report
    assert report.index("**Breaking**") < report.index("**New**")


def test_nothing_that_a_piece_says_is_markup() -> None:
    evil = diff(actions("a"), actions(EVIL), name=EVIL)
    failed = PieceDiff(piece=replace(PIECE, name=EVIL), error=PieceError(EVIL))

    report = markdown_report([evil, failed], EVIL)

    for markup in ("octocat` ", "@octocat", "](", "<!-- *", "http://e", "*b*"):
        assert markup not in report
    # What hosts take for a mention in the text that is shown.
    assert "&#64;&#8203;octocat" in report
    assert "&#35;&#8203;1" in report
    assert report.count("</summary>") == 1
    assert report.count("\n## ") == 1


def test_what_is_unchanged_is_only_counted() -> None:
    same = replace(diff(actions("a"), actions("a")), step=None)

    report = markdown_report([same, same], "`x`")

    assert "Unchanged: 2 of 2." in report
    assert "|" not in report


def test_a_huge_diff_fits_into_a_comment() -> None:
    many = diff(actions(), actions(*(f"a_{number}" for number in range(2000))))

    report = markdown_report([many] * 40, "`x`")

    assert "- and 1950 more" in report
    assert "more are left out: run `pieces diff`." in report
    assert len(report) < 65_536
