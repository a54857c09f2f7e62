"""Points in time: what is read as one, what is refused, and how they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework.times import from_epoch_ms, iso_text, parse_time

NOON = datetime(2024, 3, 14, 12, tzinfo=UTC)
DAY = datetime(2024, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        pytest.param("2024-03-14", DAY, id="day"),
        pytest.param("2024-03-14T12:00:00.000Z", NOON, id="Z"),
        pytest.param("2024-03-14T12:00", NOON, id="no zone is UTC"),
        pytest.param("2024-03-14 12:00", NOON, id="space"),
        pytest.param(" 2024-03-14T12:00:00 ", NOON, id="space around"),
        pytest.param("2024-03-14T14:00:00+02:00", NOON, id="offset"),
        pytest.param("2024-03-14T07:00:00-0500", NOON, id="offset without a colon"),
        pytest.param("20240314T120000Z", NOON, id="basic form"),
        pytest.param("2024-W11-4", DAY, id="week"),
        pytest.param("Thu, 14 Mar 2024 12:00:00 GMT", NOON, id="RFC 1123"),
        pytest.param("Thu, 14 Mar 2024 08:00:00 EDT", NOON, id="a zone of RFC 822"),
        pytest.param("Thu, 14 Mar 2024 13:00:00 +0100", NOON, id="RFC 1123, offset"),
        pytest.param("March 14, 2024", DAY, id="month in words"),
        pytest.param("14 March 2024 12:00", NOON, id="day before the month"),
        pytest.param("03/14/2024", DAY, id="month first"),
        pytest.param("03/04/2024", datetime(2024, 3, 4, tzinfo=UTC), id="month first, always"),
        pytest.param("14/03/2024", DAY, id="no such month: day first"),
        pytest.param("March 2024", datetime(2024, 3, 1, tzinfo=UTC), id="no day is the first"),
    ],
)
def test_a_time_is_read(text: str, time: datetime) -> None:
    assert parse_time(text) == time
    assert parse_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("1710417600000", id="epoch milliseconds"),
        pytest.param("20240314", id="digits"),
        pytest.param("2024", id="a year"),
        pytest.param("-1.5e3", id="a number"),
        pytest.param("1e-5", id="a small number"),
        pytest.param("nan", id="NaN"),
        pytest.param("12:00", id="no date"),
        pytest.param("noon", id="words"),
        pytest.param("Thursday", id="a day of the week"),
        pytest.param("March 14", id="no year"),
        pytest.param("2024-02-30", id="no such day"),
        pytest.param("2023-02-29T00:00:00Z", id="no leap year"),
        pytest.param("30 February 2024", id="no such day in words"),
        pytest.param("2024-13-01", id="no such month"),
        pytest.param("2024-03-14T25:00:00Z", id="no such hour"),
        pytest.param("14 March 2024 12:00 XYZ", id="no such zone"),
        pytest.param("14 March 2024 12:00 IST", id="a zone of several places"),
        pytest.param("0001-01-01T00:00:00+14:00", id="before the calendar in UTC"),
        pytest.param("9999-12-31T23:59:59-01:00", id="after the calendar in UTC"),
        pytest.param("9" * 5000, id="more digits than Python reads"),
        pytest.param("Thu, 14 Mar 99999999999999999999 12:00:00 GMT", id="a far year"),
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|is no|does not say|outside"):
        parse_time(text)


def test_epoch_milliseconds_are_read() -> None:
    assert from_epoch_ms(1710417600000) == NOON
    for far in (10**17, -(10**17), 10**400):
        with pytest.raises(ValueError, match="outside the calendar"):
            from_epoch_ms(far)


@pytest.mark.parametrize(
    ("time", "text"),
    [
        pytest.param(NOON, "2024-03-14T12:00:00.000Z", id="UTC"),
        pytest.param(
            datetime(2024, 3, 14, 14, 0, 0, 123_999, timezone(timedelta(hours=2))),
            "2024-03-14T12:00:00.123Z",
            id="another zone, cut to milliseconds",
        ),
        pytest.param(
            datetime(2024, 3, 14, 12),  # noqa: DTZ001 -- is tested
            "2024-03-14T12:00:00.000Z",
            id="no zone is UTC",
        ),
    ],
)
def test_a_time_is_written(time: datetime, text: str) -> None:
    assert iso_text(time) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_again(time: datetime) -> None:
    cut = time.replace(microsecond=time.microsecond // 1000 * 1000)

    assert parse_time(iso_text(time)) == cut


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("Thu Mar 14 2024 12:00:00 GMT+0100", "2024-03-14T11:00:00+00:00", id="plus"),
        pytest.param(
            "Thu Mar 14 2024 12:00:00 GMT-0500 (Eastern Standard Time)",
            "2024-03-14T17:00:00+00:00",
            id="minus, with the zone's long name",
        ),
        pytest.param("2026-11-22 09:00 UTC-05:00", "2026-11-22T14:00:00+00:00", id="UTC"),
    ],
)
def test_an_offset_after_a_name_is_ahead_of_utc_where_it_is_plus(text: str, moment: str) -> None:
    assert parse_time(text).isoformat() == moment
