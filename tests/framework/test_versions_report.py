"""Both forms of the report, and the refusal of a number that is too low."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from piece_gelato import gelato

from pieces_framework.versions import Severity, Version, VersionError, compare
from tests.framework.versions_documents import edited, piece_document
from tests.support.wheels import build_wheel

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "versions.md").read_text("utf-8")
PIECE = piece_document()
FIX = edited(PIECE, "description", "Ice cream")
FEATURE = edited(FIX, "actions.new", PIECE["actions"]["refund"])
BREAK = edited(FEATURE, "actions.order.props.flavor")
HOSTILE = {"actions": {"a\nb\ud83c" + "x" * 500: {"type": "\x1b[31m"}}}


def example(heading: str) -> tuple[str, dict[str, Any]]:
    """What the section's code prints, and the names it leaves."""
    printed = io.StringIO()
    names: dict[str, Any] = {"__name__": __name__}  # dataclasses look for their module
    with contextlib.redirect_stdout(printed):
        exec(block(heading, "python"), names)
    return printed.getvalue(), names


def block(heading: str, language: str) -> str:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (found,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```", section)
    return str(found)


def test_page_shows_what_its_example_of_reports_prints() -> None:
    printed, names = example("Reports")

    assert printed == block("Reports", "text")
    assert json.loads(block("Reports", "json")) == names["comparison"].document()


def test_page_shows_what_its_example_of_candidates_prints() -> None:
    heading = "Which versions a flow takes"

    assert example(heading)[0] == block(heading, "text")


def test_page_compares_a_piece_with_its_published_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    build_wheel(dist, metadata={**gelato.metadata(), "triggers": {}})
    monkeypatch.chdir(tmp_path)

    printed, names = example("Comparing a piece with what is published")

    assert printed == "0.2.0\n"
    assert {change.rule for change in names["comparison"].changes} == {"trigger-added"}


@pytest.mark.parametrize(
    ("new", "severity", "below_one", "from_one"),
    [
        pytest.param(PIECE, None, "0.4.3", "1.4.3", id="nothing"),
        pytest.param(FIX, Severity.FIX, "0.4.3", "1.4.3", id="fix"),
        pytest.param(FEATURE, Severity.FEATURE, "0.5.0", "1.5.0", id="feature"),
        pytest.param(BREAK, Severity.BREAKING, "0.5.0", "2.0.0", id="breaking"),
    ],
)
def test_worst_change_names_the_next_version(
    new: dict[str, Any], severity: Severity | None, below_one: str, from_one: str
) -> None:
    comparison = compare(PIECE, new)

    nexts = [comparison.next_version(Version.parse(old)) for old in ("0.4.2", "1.4.2")]
    assert comparison.severity is severity
    assert list(map(str, nexts)) == [below_one, from_one]


def test_worst_changes_come_first_in_groups_with_what_cannot_be_seen_last() -> None:
    lines = compare(PIECE, BREAK).text().splitlines()

    assert [line.split(" (")[0] for line in lines if not line.startswith(" ")][:3] == [
        "Breaking",
        "Features",
        "Fixes",
    ]
    assert lines[1].startswith("  actions.order.props.flavor: ")
    assert "[prop-removed: any removal breaks]" in lines[1]
    assert "behaves otherwise" in lines[-1]


def test_equal_documents_are_a_patch_in_which_behaviour_is_still_to_be_declared() -> None:
    comparison = compare(PIECE, PIECE)

    text = comparison.text()
    assert text.startswith("Nothing differs")
    assert "behaves otherwise" in text
    assert (comparison.document()["severity"], comparison.document()["changes"]) == (None, [])


def test_verdict_of_ours_is_marked_in_both_reports() -> None:
    comparison = compare(PIECE, edited(PIECE, "triggers.sold.type", "POLLING"))

    (change,) = json.loads(json.dumps(comparison.document()))["changes"]
    assert (change["rule"], change["ours"], change["severity"]) == (
        "strategy-changed",
        True,
        "breaking",
    )
    assert "[strategy-changed, ours: " in comparison.text()


def test_refusal_names_the_number_and_the_worst_change() -> None:
    comparison = compare(PIECE, BREAK)

    with pytest.raises(VersionError) as caught:
        comparison.require(Version(1, 4, 2), Version(1, 5, 0))

    assert caught.value.message == (
        "`1.5.0` cannot follow `1.4.2`: a breaking change at `actions.order.props.flavor`,"
        " the prop is gone"
    )
    assert caught.value.hint == (
        "name it 2.0.0 or later, or keep the prop, and let the code ignore it"
    )


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        pytest.param("1.4.2", "1.5.0", 1, id="the other break"),
        pytest.param("1.4.2", "1.4.3", 2, id="the other break and the feature"),
        pytest.param("0.4.2", "0.4.3", 2, id="below one"),
    ],
)
def test_refusal_counts_all_changes_for_which_the_number_is_too_low(
    old: str, new: str, more: int
) -> None:
    comparison = compare(PIECE, edited(BREAK, "actions.order.props.topping"))

    with pytest.raises(VersionError) as caught:
        comparison.require(Version.parse(old), Version.parse(new))

    assert caught.value.message.endswith(f"the prop is gone; and {more} more")
    assert caught.value.hint.endswith(f" or later, or undo all {more + 1}")


@pytest.mark.parametrize("value", [None, [], "{}"])
def test_what_is_no_document_is_named(value: Any) -> None:
    with pytest.raises(TypeError, match=r"`new` is `(NoneType|list|str)`, not a piece's metadata"):
        compare(PIECE, value)


@pytest.mark.parametrize("new", ["0.4.2", "0.4.1", "0.3.9"])
def test_number_that_is_there_already_is_refused_though_nothing_differs(new: str) -> None:
    with pytest.raises(VersionError) as caught:
        compare(PIECE, PIECE).require(Version(0, 4, 2), Version.parse(new))

    assert "0.4.3" in caught.value.hint


def test_number_that_goes_back_is_refused_for_that_and_not_for_a_change() -> None:
    with pytest.raises(VersionError) as caught:
        compare(PIECE, BREAK).require(Version(1, 4, 2), Version(1, 4, 2))

    assert caught.value.message == "`1.4.2` cannot follow `1.4.2`"
    assert caught.value.hint == "the next version is 2.0.0"


def test_messages_say_what_was_and_what_is() -> None:
    new = edited(PIECE, "triggers.sold.type", "POLLING")
    newer = edited(new, "minimumSupportedRelease", "0.86.0")

    messages = [change.message for change in compare(PIECE, newer).changes]

    assert messages == [
        "it was `WEBHOOK` and is `POLLING`",
        "the first release was 0.85.0 and is 0.86.0",
    ]


def test_hostile_names_make_one_printable_line() -> None:
    text = compare({}, HOSTILE).text()

    assert len(text.splitlines()) == 4
    assert text.replace("\n", "").isprintable()
    assert len(text) < 600


def deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


@pytest.mark.parametrize("key", ["actions", "auth", "odd"])
def test_deep_documents_are_compared(key: str) -> None:
    old, new = (
        {"triggers": {"t": {"sampleData": each}}, key: each} for each in (deep(125), deep(124))
    )

    assert compare(old, new).changes


def test_a_deep_schema_is_compared() -> None:
    def piece(key: str) -> dict[str, Any]:
        declared: dict[str, Any] = {"key": key}
        for _ in range(60):
            declared = {"key": "a", "listItems": [declared]}
        return {"actions": {"a": {"outputSchema": {"fields": [declared]}}}}

    assert {change.rule for change in compare(piece("a"), piece("b")).changes} == {
        "output-removed",
        "output-added",
    }


@pytest.mark.parametrize("levels", [126, 450, 100_000])
def test_documents_that_nest_too_deeply_are_refused(levels: int) -> None:
    document = {"actions": {"a": {"sampleData": deep(levels)}}}

    with pytest.raises(VersionError) as caught:
        compare(PIECE, document)

    assert caught.value.message == "`new` nests deeper than 128 levels"
    assert caught.value.hint


def test_numbers_beyond_all_floats_are_compared() -> None:
    def scoops(**constraints: Any) -> dict[str, Any]:
        return edited(PIECE, "actions.order.props.scoops.constraints", constraints)

    old, new = scoops(maximum=10**5000, multipleOf=10**400), scoops(maximum=1.5, multipleOf=1e-300)

    assert {change.rule for change in compare(old, new).changes} == {
        "constraint-tightened",
        "constraint-loosened",
    }
