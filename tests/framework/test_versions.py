from __future__ import annotations

import pytest

from pieces_framework.errors import PieceError
from pieces_framework.versions import Version, VersionError


def test_a_version_is_written_as_it_was_read() -> None:
    assert str(Version.parse("0.10.3")) == "0.10.3"


def test_versions_are_ordered_by_their_numbers_not_their_text() -> None:
    texts = ["1.0.0", "0.10.0", "0.9.12", "0.9.2"]

    ordered = sorted(map(Version.parse, texts))

    assert [str(version) for version in ordered] == ["0.9.2", "0.9.12", "0.10.0", "1.0.0"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.3-beta.1", "1.2.3+local", "1.2.x"),
        *("01.2.3", "1.02.3", "-1.2.3", " 1.2.3", "1.2.3\n", "1.2.٣", "1.2.1234567890"),
    ],
)
def test_any_other_form_is_refused_with_the_form_that_is_taken(text: str) -> None:
    with pytest.raises(VersionError) as caught:
        Version.parse(text)

    assert isinstance(caught.value, PieceError)
    assert repr(text) in caught.value.message
    assert "0.1.0" in caught.value.hint
