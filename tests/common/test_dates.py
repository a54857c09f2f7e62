"""Dates as services write them; `Property.DateTime` has the rules, and more tests of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_common import epoch_ms, iso_text, parse_date
from pieces_framework import Property, Props
from pieces_framework.property import parse_props

NOON = datetime(2024, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-14 12:00",
        "2024-03-14T14:00:00+02:00",
        "Thu, 14 Mar 2024 12:00:00 GMT",
        "March 14, 2024 12:00",
        "03/14/2024 12:00",
        1710417600000,
        1710417600000.0,
        datetime(2024, 3, 14, 12),  # noqa: DTZ001 -- this is the point
        datetime(2024, 3, 14, 14, tzinfo=timezone(timedelta(hours=2))),
    ],
    ids=str,
)
def test_a_time_is_read_in_utc(written: Any) -> None:
    assert parse_date(written) == NOON
    assert parse_date(written).tzinfo is UTC
    assert epoch_ms(written) == 1710417600000


@pytest.mark.parametrize(
    "written",
    [
        *("", "soon", "1710417600000", "2024-02-30", "12:00", "2024-03-14T00:00:00+99:00"),
        *(True, float("nan"), float("inf"), 1e300, 10**400, None, [], b"2024-03-14"),
        *(date(2024, 3, 14), "2024-03-14" + " " * 100_000),
    ],
    ids=lambda written: repr(written)[:30],
)
def test_what_is_no_time_is_refused(written: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- each has its own words
        parse_date(written)
    with pytest.raises(ValueError):  # noqa: PT011 -- each has its own words
        epoch_ms(written)
    with pytest.raises(ValueError, match=r"^.{1,150}$"):
        iso_text(written)


@pytest.mark.parametrize("written", ["2024-03-14 12:00", 1710417600000, NOON], ids=str)
def test_every_way_of_writing_a_time_becomes_that_of_the_wire(written: Any) -> None:
    assert iso_text(written) == "2024-03-14T12:00:00.000Z"


def test_a_month_above_12_is_a_day() -> None:
    assert parse_date("14/03/2024") == parse_date("03/14/2024")


def test_a_zone_that_leads_out_of_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        parse_date("0001-01-01T00:00:00+05:00")


aware = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 -- the strategy adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 -- the strategy adds the zone
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(aware)
def test_what_is_written_is_read_again_to_the_millisecond(time: datetime) -> None:
    assert timedelta() <= time - parse_date(iso_text(time)) < timedelta(milliseconds=1)
    assert parse_date(epoch_ms(time)) == parse_date(iso_text(time))


@given(aware, st.integers(-(10**6), 10**6))
def test_milliseconds_grow_with_time(time: datetime, ms: int) -> None:
    try:
        later = time + timedelta(milliseconds=ms)
        expected = epoch_ms(time) + ms
    except OverflowError:
        return

    assert epoch_ms(later) == expected


class Props_(Props):  # noqa: N801 -- `Props` is taken
    when = Property.DateTime(display_name="When", required=True)


@given(st.text(max_size=20) | st.sampled_from(["2024-03-14", "3 March 2024", "2024-W11-4"]))
def test_text_is_read_as_a_property_reads_it(written: str) -> None:
    try:
        by_property: datetime | None = parse_props(Props_, {"when": written}).when
    except Exception:  # noqa: BLE001 -- whatever it is, we must refuse too
        by_property = None
    try:
        ours: datetime | None = parse_date(written)
    except ValueError:
        ours = None

    assert ours == by_property
