from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from pieces_server.index.page_cache import Page, PageCache, make_page

BODY = b"x" * 1000


def page_of(body: bytes = BODY) -> Page:
    return make_page(body, "text/html", zipped=False)


class Maker:
    """Makes pages and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Page:
        self.made += 1
        return page_of(b"%d" % self.made)


def test_a_page_is_made_once_for_each_revision() -> None:
    cache, make = PageCache(100_000), Maker()

    bodies = [cache.page("a", revision, make).body for revision in (1, 1, 2, 2)]

    assert bodies == [b"1", b"1", b"2", b"2"]


def test_a_page_that_many_miss_at_once_is_made_once() -> None:
    cache, make = PageCache(100_000), Maker()
    meeting = threading.Barrier(8)

    def ask() -> bytes:
        meeting.wait()
        return cache.page("a", 1, make).body

    with ThreadPoolExecutor(8) as threads:
        bodies = [future.result() for future in [threads.submit(ask) for _ in range(8)]]

    assert bodies == [b"1"] * 8
    assert make.made == 1


def test_what_was_asked_for_last_is_kept_when_there_is_no_room() -> None:
    cache = PageCache(4 * len(BODY))  # room for two pages, with what each takes besides
    for key in ("a", "b"):
        cache.page(key, 1, page_of)
    cache.page("a", 1, page_of)
    cache.page("c", 1, page_of)
    make = Maker()

    for key in ("a", "c", "b"):
        cache.page(key, 1, make)

    assert make.made == 1


def test_a_page_larger_than_the_room_is_made_but_not_kept() -> None:
    cache, make = PageCache(100), Maker()

    bodies = [cache.page("a", 1, make).body for _ in range(2)]

    assert bodies == [b"1", b"2"]


def test_a_page_too_small_to_gain_by_compression_stays_as_it_is() -> None:
    small, large = (make_page(b"x" * size, "text/html", zipped=True) for size in (100, 10_000))

    assert (small.body, small.zipped) == (b"x" * 100, False)
    assert large.zipped
    assert len(large.body) < 1000


def test_entity_tags_depend_on_body_form_and_encoding_only() -> None:
    pages = [
        make_page(body, form, zipped=zipped)
        for body in (BODY * 2, BODY * 3)
        for form in ("text/html", "application/json")
        for zipped in (False, True)
    ]

    assert len({page.etag for page in pages}) == len(pages)
    assert make_page(BODY * 2, "text/html", zipped=True) == pages[1]
