"""Links to a next page: how they are read, and where they may lead."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_common.http.pagination_links import link_to_next, resolved
from pieces_framework import FatalError

LINKS: Sequence[tuple[str, str | None]] = [
    ("", None),
    ("<https://a/2>; rel=next", "https://a/2"),
    ('<https://a/2>; rel="next"', "https://a/2"),
    ("<https://a/2>;rel=NEXT", "https://a/2"),
    ('<https://a/2>; Rel = "next"', "https://a/2"),
    ("<https://a/0>; rel=prev, <https://a/2>; rel=next", "https://a/2"),
    ('<https://a/0>; rel="prev",<https://a/2?q=a,b;c>; rel="next"', "https://a/2?q=a,b;c"),
    ('<https://a/2>; title="next, \\"rel=prev"; rel="last next"', "https://a/2"),
    ('<https://a/1>; title="rel=next"', None),
    ("<https://a/1>; rel=prev; rel=next", None),
    ("<https://a/1>; rel=nextish", None),
    ("<>; rel=next", ""),
    ("<https://a/1>", None),
    ("<https://a/1; rel=next", None),
    ("https://a/1; rel=next", None),
    ("<https://a/1>; nofollow; rel=next", "https://a/1"),
    (", ,<https://a/1>; rel=next", "https://a/1"),
]


@pytest.mark.parametrize(("header", "link"), LINKS)
def test_a_link_header_is_read_as_rfc_8288_has_it(header: str, link: str | None) -> None:
    assert link_to_next(header) == link


@given(st.text(alphabet='<>;,= "\\relnxt/\x00é', max_size=60))
def test_any_link_header_is_read_without_an_error(header: str) -> None:
    link = link_to_next(header)

    assert link is None or f"<{link}>" in header


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/orders?page=2", "https://shop.test/orders?page=2"),
        ("?page=2", "https://shop.test/v1/orders?page=2"),
        ("more", "https://shop.test/v1/more"),
        ("../v2/orders", "https://shop.test/v2/orders"),
        ("https://shop.test/orders?page=2#top", "https://shop.test/orders?page=2"),
        ("https://SHOP.test:443/a", "https://shop.test/a"),
        ("//shop.test/a", "https://shop.test/a"),
        ("https://bob:pw@shop.test/a", "https://shop.test/a"),
        (" /a ", "https://shop.test/a"),
    ],
)
def test_a_link_is_resolved_within_the_service(link: str, url: str) -> None:
    assert resolved(link, "https://shop.test:443/v1/orders?page=1") == url


@pytest.mark.parametrize("url", ["http://shop.test/1", "http://shop.test:80/1"])
@pytest.mark.parametrize("link", ["https://shop.test/2", "https://shop.test:443/2"])
def test_a_link_may_lead_from_http_to_https(link: str, url: str) -> None:
    assert resolved(link, url) == "https://shop.test/2"


def test_a_link_within_the_service_keeps_the_user() -> None:
    target = resolved("https://bob:hop@shop.test/2", "https://ada%40x:p%3Aw@shop.test/1")

    assert target == "https://ada%40x:p%3Aw@shop.test/2"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://shop.test:8443/2", "http://shop.test/1"),
        ("https://shop.test/2", "http://shop.test:8080/1"),
        ("https://evil.test/2", "http://shop.test/1"),
    ],
)
def test_nor_to_https_of_another_port_or_host(link: str, url: str) -> None:
    with pytest.raises(FatalError, match="of another service"):
        resolved(link, url)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.test/a",
        "//evil.test/a",
        "http://shop.test/a",
        "https://shop.test:444/a",
        "https://shop.test.evil.test/a",
        "https://shop.test@evil.test/a",
        "https://shop.test\\@evil.test/a",
        "https://evil.test\\@shop.test:1/a",
        "ftp://shop.test/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://[::1/a",
        "https://shop.test:99999/a",
    ],
)
def test_a_link_out_of_the_service_is_refused(link: str) -> None:
    with pytest.raises(FatalError, match=r"`shop\.test` links to a next page"):
        resolved(link, "https://shop.test/orders")


@given(st.text(alphabet="htps:/\\@.?#[]%a0\t\n evilshop", max_size=40))
def test_no_link_gets_out_of_the_service(link: str) -> None:
    try:
        target = resolved(link, "https://ada:pw@shop.test/v1/orders")
    except FatalError:
        return

    assert target.startswith("https://ada:pw@shop.test")
    assert urlsplit(target).hostname == "shop.test"
