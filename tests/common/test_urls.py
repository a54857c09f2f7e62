"""Addresses put together from their parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_common import join_url
from pieces_framework import FatalError

parts = st.text(st.characters(exclude_characters="?#")).map(lambda text: text.strip("/"))
slashes = st.text("/", max_size=3)


@given(base=parts, path=parts, after=slashes, before=slashes)
def test_exactly_one_slash_is_between_base_and_path(
    base: str, path: str, after: str, before: str
) -> None:
    assert join_url(base + after, before + path) == f"{base}/{path}"


@pytest.mark.parametrize("end", ["?key=sk-1", "/?key=sk-1", "#sk-1", "?"])
def test_a_base_url_with_a_query_is_refused_without_showing_it(end: str) -> None:
    with pytest.raises(
        FatalError, match=r"`https://a\.example/v1/?` has a query or fragment"
    ) as caught:
        join_url(f"https://a.example/v1{end}", "orders")

    assert "sk-1" not in str(caught.value)
