from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework.versions import (
    Version,
    VersionError,
    VersionRange,
    compatible_range,
    newest,
)

versions = st.builds(Version, *[st.integers(0, 3)] * 3)


@dataclass(frozen=True)
class Published:
    """A version of a piece, as whoever keeps them knows it."""

    version: Version
    minimum_supported_release: Version | None = None
    maximum_supported_release: Version | None = None
    name: str = ""


def published(version: str, least: str = "", last: str = "", name: str = "") -> Published:
    return Published(
        Version.parse(version),
        Version.parse(least) if least else None,
        Version.parse(last) if last else None,
        name,
    )


@pytest.mark.parametrize(
    ("written", "accepted", "refused"),
    [
        ("0.1.0", ["0.1.0"], ["0.1.1", "0.0.9", "1.1.0"]),
        ("~0.1.2", ["0.1.2", "0.1.10"], ["0.1.1", "0.2.0", "1.1.2"]),
        ("^0.1.0", ["0.1.0", "0.1.9", "0.2.0", "0.9.9"], ["0.0.9", "1.0.0"]),
        ("^1.2.0", ["1.2.0", "1.10.0"], ["1.1.9", "2.0.0", "0.2.0"]),
        ("~1.2.0", ["1.2.9"], ["1.3.0", "2.2.0"]),
    ],
)
def test_a_range_accepts_what_its_sign_says(
    written: str, accepted: list[str], refused: list[str]
) -> None:
    requirement = VersionRange.parse(written)

    assert all(requirement.allows(Version.parse(each)) for each in accepted)
    assert not any(requirement.allows(Version.parse(each)) for each in refused)


@given(st.sampled_from(["", "~", "^"]), versions)
def test_a_range_is_written_as_it_was_read_and_accepts_its_own_version(
    sign: str, version: Version
) -> None:
    requirement = VersionRange.parse(f"{sign}{version}")

    assert str(requirement) == f"{sign}{version}"
    assert requirement.allows(version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "^",
        "~^1.0.0",
        ">=1.0.0",
        "1.0",
        "^1.0",
        "latest",
        "~1.0.0-rc.1",
        "^01.0.0",
        "~ 1.0.0",
    ],
)
def test_any_other_form_of_a_range_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(VersionError) as caught:
        VersionRange.parse(text)

    assert repr(text) in caught.value.message
    assert "~0.1.0" in caught.value.hint


@given(versions, versions)
def test_a_draft_follows_patches_below_one_and_minor_versions_from_then(
    made_with: Version, other: Version
) -> None:
    followed = compatible_range(made_with).allows(other)

    same_line = made_with.major == other.major and (
        made_with.major > 0 or made_with.minor == other.minor
    )
    assert followed == (other >= made_with and same_line)


def test_newest_is_by_numbers_among_those_accepted() -> None:
    candidates = [published(each) for each in ("0.1.9", "0.2.0", "0.1.10", "0.1.2")]

    chosen = newest(candidates, VersionRange.parse("~0.1.0"))

    assert chosen == published("0.1.10")


def test_newest_of_all_is_chosen_where_nothing_is_required() -> None:
    assert newest(map(published, ["0.9.0", "1.0.0", "0.10.0"])) == published("1.0.0")


def test_nothing_is_chosen_where_nothing_is_accepted() -> None:
    assert newest([published("0.1.0")], VersionRange.parse("0.1.1")) is None
    assert newest(list[Published]()) is None


@pytest.mark.parametrize(
    ("release", "version"), [("0.49.0", "0.1.0"), ("0.50.0", "0.3.0"), ("0.61.0", "0.2.0")]
)
def test_versions_that_a_release_cannot_run_are_left_out_first(release: str, version: str) -> None:
    candidates = [
        published("0.1.0"),
        published("0.2.0", "0.50.0"),
        published("0.3.0", "0.50.0", "0.60.0"),
    ]

    chosen = newest(candidates, release=Version.parse(release))

    assert chosen is not None
    assert str(chosen.version) == version


def test_an_exact_version_that_a_release_cannot_run_is_not_chosen() -> None:
    candidates = [published("1.0.5", last="0.40.0")]

    assert newest(candidates, VersionRange.parse("1.0.5"), release=Version(0, 50, 0)) is None


def test_of_equal_versions_the_first_is_chosen() -> None:
    candidates = [published("1.0.0", name="official"), published("1.0.0", name="custom")]

    chosen = newest(candidates)

    assert chosen is not None
    assert chosen.name == "official"
