"""The version in a `pyproject.toml` and the sections of a changelog, in odd forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from pieces_cli.piece_version import PieceVersion
from pieces_cli.releasing.changelog import section_of, with_entry
from pieces_cli.releasing.release_notes import release_notes
from pieces_cli.releasing.version_text import with_version
from pieces_cli.version_step import VersionStep
from pieces_engine.workspace.pyproject import ProjectFileError
from pieces_framework import JsonValue
from pieces_framework.versions import Version

PATH = Path("pyproject.toml")
NEW = Version.parse("0.2.0")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '[project]\nversion = "0.1.0"  # keep 0.1.0\n',
            '[project]\nversion = "0.2.0"  # keep 0.1.0\n',
            id="comment",
        ),
        pytest.param(
            "[project]\nversion='0.1.0'\n", "[project]\nversion='0.2.0'\n", id="single-quotes"
        ),
        pytest.param(
            "[project]\n\"version\" = '''0.1.0'''\n",
            "[project]\n\"version\" = '''0.2.0'''\n",
            id="quoted-key",
        ),
        pytest.param(
            '\ufeff[project]\r\nversion = "0.1.0"\r\n',
            '\ufeff[project]\r\nversion = "0.2.0"\r\n',
            id="mark-and-crlf",
        ),
        pytest.param('project.version = "0.1.0"\n', 'project.version = "0.2.0"\n', id="dotted"),
        pytest.param(
            'project = {name = "a", version = "0.1.0"}\n',
            'project = {name = "a", version = "0.2.0"}\n',
            id="inline",
        ),
        pytest.param(
            '[tool.x]\nversion = "0.1.0"\n[project]\nversion = "0.1.0"\n',
            '[tool.x]\nversion = "0.1.0"\n[project]\nversion = "0.2.0"\n',
            id="another-table-before",
        ),
        pytest.param(
            '[project]\ndescription = """\nversion = "0.1.0"\n"""\nversion = "0.1.0"\n',
            '[project]\ndescription = """\nversion = "0.1.0"\n"""\nversion = "0.2.0"\n',
            id="in-a-text",
        ),
        pytest.param(
            '[project]\nmin-version = "0.1.0"\nversion = "0.1.0"\n',
            '[project]\nmin-version = "0.1.0"\nversion = "0.2.0"\n',
            id="another-key",
        ),
    ],
)
def test_only_the_project_s_version_changes(text: str, expected: str) -> None:
    assert with_version(text, PATH, "0.1.0", NEW) == expected


def test_a_version_that_is_not_written_plainly_is_refused() -> None:
    with pytest.raises(ProjectFileError, match="has no plain line") as caught:
        with_version('[project]\nversion = "0.1.\\u0030"\n', PATH, "0.1.0", NEW)

    assert caught.value.hint == "write the version 0.2.0 by hand"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "# Changelog\n\n## 0.2.0\n\n- New.\n", id="empty"),
        pytest.param("\ufeff", "\ufeff# Changelog\n\n## 0.2.0\n\n- New.\n", id="mark-only"),
        pytest.param("# Log", "# Log\n\n## 0.2.0\n\n- New.\n", id="title-without-end"),
        pytest.param(
            "# Log\n\n## [0.1.0] - 2024-01-01\n- x\n",
            "# Log\n\n## 0.2.0\n\n- New.\n\n## [0.1.0] - 2024-01-01\n- x\n",
            id="dated",
        ),
        pytest.param("# v0.1.0\n", "# 0.2.0\n\n- New.\n\n# v0.1.0\n", id="first-level"),
        pytest.param(
            "Log\n===\n\n0.1.0\n-----\n\n- x\n",
            "Log\n===\n\n## 0.2.0\n\n- New.\n\n0.1.0\n-----\n\n- x\n",
            id="underlined",
        ),
        pytest.param(
            "# Log\n\n## [Unreleased]\n\n- Mine.\n\n## 0.1.0\n",
            "# Log\n\n## 0.2.0\n\n- Mine.\n\n## 0.1.0\n",
            id="unreleased-keeps-its-words",
        ),
        pytest.param(
            "# Log\n\n## unreleased\n\n## 0.1.0\n",
            "# Log\n\n## 0.2.0\n\n- New.\n\n## 0.1.0\n",
            id="unreleased-is-empty",
        ),
        pytest.param(
            "## Unreleased", "## 0.2.0\n\n- New.\n", id="unreleased-is-all-and-has-no-end"
        ),
        pytest.param(
            "Unreleased\n----------\n- Mine.\n",
            "0.2.0\n----------\n- Mine.\n",
            id="unreleased-underlined",
        ),
        pytest.param(
            "## [Unreleased](https://x.example)\n- Mine.\n",
            "## [0.2.0](https://x.example)\n- Mine.\n",
            id="unreleased-is-a-link",
        ),
        pytest.param(
            "# Log\n\n```\n## Unreleased\n## 9.0.0\n```\n\n<!--\n## 8.0.0\n-->\n\n## 0.1.0\n",
            "# Log\n\n```\n## Unreleased\n## 9.0.0\n```\n\n<!--\n## 8.0.0\n-->\n\n"
            "## 0.2.0\n\n- New.\n\n## 0.1.0\n",
            id="code-and-comments",
        ),
        pytest.param("## 0.2.0\n- Mine.\n", "## 0.2.0\n- Mine.\n", id="it-has-the-version"),
        pytest.param(
            "## Version 0.2.0\n- Mine.\n", "## Version 0.2.0\n- Mine.\n", id="it-is-called-so"
        ),
        pytest.param("## 0.1.2-dev\n- Mine.\n", "## 0.2.0\n- Mine.\n", id="to-come"),
        pytest.param("## 0.2.0-dev\n- Mine.\n", "## 0.2.0\n- Mine.\n", id="the-same-to-come"),
        pytest.param("## v0.1.2 (unreleased)\n- Mine.\n", "## 0.2.0\n- Mine.\n", id="in-brackets"),
        pytest.param(
            "## 0.1.0-2024-01-01\n- x\n",
            "## 0.2.0\n\n- New.\n\n## 0.1.0-2024-01-01\n- x\n",
            id="a-date-is-no-suffix",
        ),
        pytest.param(
            "# Log\n\na\u2028## Unreleased\fb\n",
            "# Log\n\na\u2028## Unreleased\fb\n\n## 0.2.0\n\n- New.\n",
            id="odd-characters-end-no-line",
        ),
        pytest.param(
            "# Log\r\n\r\n## 0.1.0\r\n",
            "# Log\r\n\r\n## 0.2.0\r\n\r\n- New.\r\n\r\n## 0.1.0\r\n",
            id="crlf",
        ),
    ],
)
def test_an_entry_goes_above_the_newest_and_nothing_is_lost(text: str, expected: str) -> None:
    assert with_entry(text, NEW, ["New."]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## 0.1.1\n\n- Mine.\n\n## 0.1.0\n", "## 0.2.0\n\n- Mine.\n- New.\n\n## 0.1.0\n"),
        ("## 0.1.1\n\n- New.", "## 0.2.0\n\n- New."),
        ("## 0.1.1\n\n- Mine.", "## 0.2.0\n\n- Mine.\n- New.\n"),
        (
            "## Unreleased\n\n- Mine.\n\n## 0.1.1\n\n- Old.\n\n## 0.1.0\n",
            "## 0.2.0\n\n- Mine.\n\n- Old.\n\n## 0.1.0\n",
        ),
    ],
    ids=["extended", "complete", "without-end", "unreleased-above"],
)
def test_a_version_that_never_came_out_becomes_the_next(text: str, expected: str) -> None:
    assert with_entry(text, NEW, ["New."], published=Version.parse("0.1.0")) == expected


def test_a_section_ends_where_the_next_begins() -> None:
    text = "# Log\n\n## 0.2.0\n\n- a\n\n## 0.1.0\n\n- b\n"

    assert section_of(text, NEW) == "## 0.2.0\n\n- a"
    assert section_of(text, Version.parse("0.3.0")) == ""


def notes(old: dict[str, JsonValue], new: dict[str, JsonValue]) -> list[str]:
    was, is_ = (
        PieceVersion(version=NEW, metadata=metadata, source_digest=digest, origin="`x`")
        for metadata, digest in ((old, "1"), (new, "2"))
    )
    return release_notes(VersionStep(old=was, new=is_))


def send(title: str, **props: JsonValue) -> dict[str, JsonValue]:
    return {"actions": {"send": {"displayName": title, "props": props}}}


def test_notes_call_parts_by_the_names_that_users_see() -> None:
    old = send("Send It", to={"type": "SHORT_TEXT", "required": False, "description": "a"})
    new = send("Send It", to={"type": "SHORT_TEXT", "required": True, "description": "b"})

    assert notes(old, new) == [
        "Breaking: the action *Send It*, `to.required`: the prop must be filled in now.",
        "Improved the action *Send It*.",
    ]


def test_a_name_makes_no_markup_in_notes() -> None:
    assert notes({"actions": {}}, send("a*b\n## 9.9.9 <i>")) == [
        "Added the action *a\\*b ## 9.9.9 \\<i\\>*."
    ]
