"""Addresses put together from their parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pieces_common import join_url

parts = st.text().map(lambda text: text.strip("/"))
slashes = st.text("/", max_size=3)


@given(base=parts, path=parts, after=slashes, before=slashes)
def test_exactly_one_slash_is_between_base_and_path(
    base: str, path: str, after: str, before: str
) -> None:
    assert join_url(base + after, before + path) == f"{base}/{path}"
