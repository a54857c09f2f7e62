"""Both forms of the report, and the refusal of a number that is too low."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from pieces_framework.versions import Severity, Version, VersionError, compare
from tests.framework.versions_documents import edited, piece_document

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "versions.md").read_text("utf-8")
PIECE = piece_document()
FIX = edited(PIECE, "description", "Ice cream")
FEATURE = edited(FIX, "actions.new", PIECE["actions"]["refund"])
BREAK = edited(FEATURE, "actions.order.props.flavor")
HOSTILE = {"actions": {"a\nb\ud83c" + "x" * 500: {"type": "\x1b[31m"}}}


def block(language: str) -> str:
    (found,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```", PAGE)
    return str(found)


def test_page_shows_what_its_example_prints() -> None:
    printed, names = io.StringIO(), dict[str, Any]()

    with contextlib.redirect_stdout(printed):
        exec(block("python"), names)

    assert printed.getvalue() == block("text")
    assert json.loads(block("json")) == names["comparison"].document()


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

    assert "`1.5.0` cannot follow on `1.4.2`" in caught.value.message
    assert "actions.order.props.flavor" in caught.value.message
    assert "2.0.0" in caught.value.hint


@pytest.mark.parametrize("new", ["0.4.2", "0.4.1", "0.3.9"])
def test_number_that_is_there_already_is_refused_though_nothing_differs(new: str) -> None:
    with pytest.raises(VersionError) as caught:
        compare(PIECE, PIECE).require(Version(0, 4, 2), Version.parse(new))

    assert "0.4.3" in caught.value.hint


def test_number_that_goes_back_is_refused_for_that_and_not_for_a_change() -> None:
    with pytest.raises(VersionError) as caught:
        compare(PIECE, BREAK).require(Version(1, 4, 2), Version(1, 4, 2))

    assert caught.value.message == "`1.4.2` cannot follow on `1.4.2`"
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
        {"triggers": {"t": {"sampleData": each}}, key: each} for each in (deep(100), deep(99))
    )

    assert compare(old, new).changes


def test_numbers_beyond_all_floats_are_compared() -> None:
    def scoops(**constraints: Any) -> dict[str, Any]:
        return edited(PIECE, "actions.order.props.scoops.constraints", constraints)

    old, new = scoops(maximum=10**5000, multipleOf=10**400), scoops(maximum=1.5, multipleOf=1e-300)

    assert {change.rule for change in compare(old, new).changes} == {
        "constraint-tightened",
        "constraint-loosened",
    }
