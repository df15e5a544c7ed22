"""Timestamps, durations, and their parts."""

import math
import time
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attribution_dsl import (
    UNSAFE_INTEGER,
    Diagnostic,
    Duration,
    ErrorKind,
    ErrorValue,
    ResultType,
    RuleError,
    Timestamp,
    compile_rule,
)

SECOND = 10**9
BAD = ErrorKind.INVALID_ARGUMENT
RANGE = ErrorKind.OUT_OF_RANGE
MISFIT = ErrorKind.NO_SUCH_OVERLOAD
FIRST, LAST = Timestamp(-62_135_596_800 * SECOND), Timestamp(253_402_300_800 * SECOND - 1)


def value(source: str, **event: object) -> object:
    rule = compile_rule(source, roots=["event"], result=ResultType.ANY)
    data: dict[str, Any] = {"event": event}
    result = rule.evaluate(data)
    assert repr(rule.interpret(data)) == repr(result)
    return result


def error_kind(found: object) -> ErrorKind:
    assert isinstance(found, ErrorValue)
    return found.kind


def refusal(source: str) -> Diagnostic:
    with pytest.raises(RuleError) as refused:
        compile_rule(source, roots=["event"], result=ResultType.ANY)
    (only,) = refused.value.diagnostics
    return only


TIMESTAMPS: list[tuple[object, int]] = [
    ("1970-01-01T00:00:00Z", 0),
    ("1970-01-01t00:00:00z", 0),
    ("1969-12-31T23:59:59.999999999Z", -1),
    ("2024-02-29T12:34:56.5Z", 1_709_210_096_500_000_000),
    ("1970-01-01T00:00:00.0000000019Z", 1),
    (f"1970-01-01T00:00:00.{'1' * 200}Z", 111_111_111),
    ("1970-01-01T00:00:00.123456Z", 123_456_000),
    ("1970-01-01T05:30:00+05:30", 0),
    ("1969-12-31T16:00:00-08:00", 0),
    ("1970-01-01T00:00:00-00:00", 0),
    ("1970-01-01T23:59:00+23:59", 0),
    ("2016-12-31T23:59:60Z", 1_483_228_800 * SECOND),
    ("0001-01-01T00:00:00Z", FIRST.nanos),
    ("9999-12-31T23:59:59.999999999Z", LAST.nanos),
    ("9999-12-31T23:59:59.999999999+01:00", LAST.nanos - 3600 * SECOND),
    (0, 0),
    (-1, -SECOND),
    (253_402_300_799, LAST.nanos + 1 - SECOND),
    (Timestamp(5), 5),
]
NO_TIMESTAMPS: list[tuple[object, ErrorKind]] = [
    *((each, BAD) for each in ("", "now", "2024-01-01", "2024-01-01T00:00:00", "1704067200")),
    ("2024-01-01 00:00:00Z", BAD),
    ("2024-01-01T00:00Z", BAD),
    ("2024-01-01T00:00:00.Z", BAD),
    ("2024-01-01T00:00:00,5Z", BAD),
    ("2024-01-01T00:00:00+01", BAD),
    ("2024-01-01T00:00:00+0100", BAD),
    ("2024-01-01T00:00:00+24:00", BAD),
    ("2024-01-01T00:00:00+01:60", BAD),
    ("2024-01-01T24:00:00Z", BAD),
    ("2024-01-01T00:60:00Z", BAD),
    ("2024-01-01T00:00:61Z", BAD),
    ("2024-W01-1T00:00:00Z", BAD),
    ("20240101T000000Z", BAD),
    ("2023-02-29T00:00:00Z", BAD),
    ("2024-13-01T00:00:00Z", BAD),
    ("2024-01-01T00:00:00Z\n", BAD),
    ("٢٠٢٤-01-01T00:00:00Z", BAD),
    ("0000-01-01T00:00:00Z", RANGE),
    ("10000-01-01T00:00:00Z", RANGE),
    ("0001-01-01T00:00:00+00:01", RANGE),
    ("9999-12-31T23:59:60Z", RANGE),
    (-62_135_596_801, RANGE),
    (253_402_300_800, RANGE),
    (2**63 - 1, RANGE),
    ("1" * 100_000 + "-01-01T00:00:00Z", BAD),
    (f"2024-01-01T00:00:00.{'1' * 300}Z", BAD),
    *((each, MISFIT) for each in (1.5, None, True, Duration(1))),
]


@pytest.mark.parametrize(("given", "nanos"), TIMESTAMPS)
def test_timestamps(given: object, nanos: int) -> None:
    assert value("timestamp(event.x)", x=given) == Timestamp(nanos)
    if isinstance(given, str):
        assert value(f"timestamp('{given}')") == Timestamp(nanos)


@pytest.mark.parametrize(("given", "kind"), NO_TIMESTAMPS)
def test_no_timestamps(given: object, kind: ErrorKind) -> None:
    assert error_kind(value("timestamp(event.x)", x=given)) is kind


DURATIONS: list[tuple[str, int]] = [
    *(("0", 0), ("-0", 0), ("+0", 0), ("0s", 0)),
    *(("1h", 3600 * SECOND), ("1m", 60 * SECOND), ("1s", SECOND), ("10ns", 10)),
    *(("-2ms", -2_000_000), ("+2ms", 2_000_000), ("100us", 100_000)),
    *(("100\u00b5s", 100_000), ("100\u03bcs", 100_000)),
    ("1h30m", 5400 * SECOND),
    ("1m1h", 3660 * SECOND),
    ("-1h1h", -7200 * SECOND),
    ("1.5h", 5400 * SECOND),
    *((".5s", SECOND // 2), ("5.s", 5 * SECOND), ("-.5s", -SECOND // 2)),
    # What is less than a nanosecond is cut off.
    *(("1.9ns", 1), ("-1.9ns", -1), ("0.1ns", 0), ("0.9999999999s", 999_999_999)),
    ("0.3333333333333333333333333333h", 1_199_999_999_999),
    ("9223372036.854775807s", 2**63 - 1),
    ("-9223372036854775808ns", -(2**63)),
    ("1s" * 32, 32 * SECOND),
]
NO_DURATIONS: list[tuple[object, ErrorKind]] = [
    *((each, BAD) for each in ("", "1", "s", ".s", "-", "1d", "7d", "P7D", "1 h", " 1h", "1h ")),
    *((each, BAD) for each in ("1H", "1h 30m", "1h-30m", "--1h", "1e3s", "1_0s", "inf", "٣s")),
    ("0" * 300 + "s", BAD),
    ("1s" * 33, BAD),
    *((each, RANGE) for each in ("9223372036854775808ns", "-320000000000s", "9" * 200 + "h")),
    *((each, MISFIT) for each in (5, 1.5, None, Timestamp(1))),
]


@pytest.mark.parametrize(("text", "nanos"), DURATIONS)
def test_durations(text: str, nanos: int) -> None:
    assert value("duration(event.x)", x=text) == Duration(nanos)
    assert value(f"duration('{text}')") == Duration(nanos)
    assert value("duration(event.x)", x=Duration(nanos)) == Duration(nanos)


@pytest.mark.parametrize(("given", "kind"), NO_DURATIONS)
def test_no_durations(given: object, kind: ErrorKind) -> None:
    assert error_kind(value("duration(event.x)", x=given)) is kind


@pytest.mark.parametrize(
    "text",
    ["1" * 200_000, "1h" * 100_000, "." * 100_000, "2024-01-01T00:00:00." + "1" * 200_000 + "x"],
)
def test_hostile_texts_are_cheap(text: str) -> None:
    started = time.perf_counter()
    for source in ("timestamp(event.x)", "duration(event.x)", "event.at.getHours(event.x)"):
        found = value(source, x=text, at=FIRST)
        assert error_kind(found) is BAD
        assert isinstance(found, ErrorValue)
        assert len(found.message) < 200
    assert time.perf_counter() - started < 1


# Of 2009-02-13T23:31:30.123456789Z, a Friday: in UTC, and in zones.
PARTS: list[tuple[str, str | None, int]] = [
    *(("getFullYear", each, 2009) for each in (None, "UTC", "-09:30")),
    *(("getMonth", each, 1) for each in (None, "Asia/Tokyo")),
    *(("getDate", None, 13), ("getDate", "Australia/Sydney", 14), ("getDate", "-23:59", 12)),
    *(("getDayOfMonth", None, 12), ("getDayOfMonth", "+11:00", 13)),
    *(("getDayOfWeek", None, 5), ("getDayOfWeek", "Asia/Tokyo", 6)),
    *(("getDayOfYear", None, 43), ("getDayOfYear", "US/Central", 43), ("getDayOfYear", "2:00", 44)),
    *(("getHours", None, 23), ("getHours", "02:00", 1), ("getHours", "America/New_York", 18)),
    *(("getHours", "+5:30", 5), ("getHours", "-08:00", 15), ("getHours", "", 23)),
    *(("getMinutes", None, 31), ("getMinutes", "Asia/Kathmandu", 16), ("getMinutes", "-00:32", 59)),
    *(("getSeconds", None, 30), ("getSeconds", "-00:00", 30)),
    *(("getMilliseconds", None, 123), ("getMilliseconds", "EST5EDT", 123)),
]


@pytest.mark.parametrize(("name", "zone", "expected"), PARTS)
def test_parts(name: str, zone: str | None, expected: int) -> None:
    at = Timestamp(1_234_567_890_123_456_789)
    if zone is None:
        assert value(f"event.at.{name}()", at=at) == expected
    else:
        assert value(f"event.at.{name}('{zone}')", at=at) == expected
        assert value(f"event.at.{name}(event.zone)", at=at, zone=zone) == expected


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2024-03-10T06:59:59Z", "America/New_York", 1),
        ("2024-03-10T07:00:00Z", "America/New_York", 3),
        ("2024-11-03T05:30:00Z", "America/New_York", 1),
        ("2024-11-03T06:30:00Z", "America/New_York", 1),
        ("2500-07-31T20:00:00Z", "America/New_York", 16),
        ("9999-12-31T23:59:59Z", "Asia/Tokyo", 8),
        ("0001-01-01T00:00:00Z", "America/New_York", 19),
    ],
)
def test_clocks_that_are_put_forward_and_back(at: str, zone: str, expected: int) -> None:
    assert value(f"timestamp('{at}').getHours('{zone}')") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("event.first.getFullYear('-01:00')", 0),
        ("event.first.getDayOfYear('-01:00')", 365),
        ("event.first.getDayOfWeek('-01:00')", 0),
        ("event.first.getSeconds('America/New_York')", 58),
        ("event.last.getFullYear('Asia/Tokyo')", 10000),
        ("event.last.getMonth('+01:00')", 0),
        ("event.last.getMilliseconds()", 999),
    ],
)
def test_the_ends_of_time(source: str, expected: int) -> None:
    assert value(source, first=FIRST, last=LAST) == expected


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])
def test_parts_as_python_has_them(zone: str) -> None:
    source = "[{}]".format(
        ", ".join(
            f"event.at.{each}('{zone}')"
            for each in ("getFullYear", "getMonth", "getDate", "getDayOfWeek", "getDayOfYear")
        )
        + f", event.at.getHours('{zone}'), event.at.getMinutes('{zone}')"
    )
    rule = compile_rule(source, roots=["event"], result=ResultType.ANY)
    for number in range(-3_000, 5_000, 7):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=number * 61)
        local = moment.astimezone(ZoneInfo(zone))
        expected = [
            *(local.year, local.month - 1, local.day, local.isoweekday() % 7),
            *(local.timetuple().tm_yday - 1, local.hour, local.minute),
        ]
        at = Timestamp(number * 61 * 3600 * SECOND)
        assert rule.evaluate({"event": {"at": at}}) == expected


@pytest.mark.parametrize(
    ("text", "hours", "minutes", "seconds", "milliseconds"),
    [
        ("10000s", 2, 166, 10000, 0),
        ("123.321456789s", 0, 2, 123, 321),
        ("-1.5s", 0, 0, -1, -500),
        ("-90m", -1, -90, -5400, 0),
        ("36h", 36, 2160, 129600, 0),
    ],
)
def test_parts_of_durations(
    text: str, hours: int, minutes: int, seconds: int, milliseconds: int
) -> None:
    names = ("getHours", "getMinutes", "getSeconds", "getMilliseconds")
    found = [value(f"duration('{text}').{each}()") for each in names]
    assert found == [hours, minutes, seconds, milliseconds]


HOSTILE_ZONES = [
    *("../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "Europe", "America", "."),
    *("UTC\0", "\0", "\ud800", "utc", "Local", "localtime", "posixrules", "zones", "tzdata.zi"),
    *("zone.tab", "__init__.py", "posix/UTC", "right/UTC", "+24:00", "+05:60", "+0530", "+:30"),
    *("-", ":", "++01:00", "+001:00", "Europe/Berlin ", "x" * 1_000_000, "../" * 10_000),
]


@pytest.mark.parametrize("zone", HOSTILE_ZONES, ids=lambda zone: ascii(zone[:20]))
def test_no_zones(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value("event.at.getHours(event.zone)", at=FIRST, zone="Europe/Paris")
    rule = compile_rule("event.at.getHours(event.zone)", roots=["event"], result=ResultType.ANY)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("io.open", refuse)
    found = rule.evaluate({"event": {"at": FIRST, "zone": zone}})
    assert isinstance(found, ErrorValue)
    assert found.kind is BAD
    assert found.message.startswith("there is no time zone ")
    assert len(found.message) < 100
    assert found.message.isprintable()


def test_every_zone_can_be_read() -> None:
    rule = compile_rule("event.at.getHours(event.zone)", roots=["event"], result=ResultType.ANY)
    zones = files("tzdata").joinpath("zones").read_text("utf-8").split()
    assert len(zones) > 500
    for zone in zones:
        assert rule.evaluate({"event": {"at": Timestamp(0), "zone": zone}}) in range(24), zone


@pytest.mark.parametrize(
    "source",
    [
        "event.x.getHours()",
        "event.x.getHours('UTC')",
        "event.x.getHours(event.zone)",
        "event.x.getFullYear()",
    ],
)
@pytest.mark.parametrize("given", [None, 5, math.nan, "2024-01-01T00:00:00Z", []])
def test_parts_of_what_is_no_time(source: str, given: object) -> None:
    assert error_kind(value(source, x=given, zone="UTC")) is MISFIT


def test_errors_stay_errors() -> None:
    for source in ("timestamp(event.x)", "duration(event.x)", "event.x.getHours('UTC')"):
        assert value(source, x=UNSAFE_INTEGER) is UNSAFE_INTEGER
    assert value("event.at.getHours(event.x)", at=FIRST, x=UNSAFE_INTEGER) is UNSAFE_INTEGER


def test_durations_have_no_zones_and_no_years() -> None:
    assert refusal("duration('1h').getHours('UTC')").code == "NO_OVERLOAD"
    assert refusal("duration('1h').getFullYear()").code == "NO_OVERLOAD"
    assert error_kind(value("event.x.getHours('UTC')", x=Duration(1))) is MISFIT


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("7d", 'did you mean `duration("168h")`?'),
        ("-7d", 'did you mean `duration("-168h")`?'),
        ("1w", 'did you mean `duration("168h")`?'),
        ("1d12h", 'did you mean `duration("36h")`?'),
        ("2 days", 'did you mean `duration("48h")`?'),
        ("30 min", 'did you mean `duration("30m")`?'),
        ("1H", 'did you mean `duration("1h")`?'),
        ("1h 30m", 'did you mean `duration("1h30m")`?'),
        ("1 hour and 30 minutes", 'did you mean `duration("1h30m")`?'),
        ("1,5 hours", 'did you mean `duration("1h30m")`?'),
        ("0.5 sec", 'did you mean `duration("500ms")`?'),
        ("5 \u00b5s", 'did you mean `duration("5us")`?'),
        ("P7D", 'did you mean `duration("168h")`?'),
        ("PT1H30M", 'did you mean `duration("1h30m")`?'),
        ("01:30:00", 'did you mean `duration("1h30m")`?'),
        ("1month", 'a month has no fixed length; taken for 30 days it is `duration("720h")`'),
        ("P1Y", 'a year has no fixed length; taken for 365 days it is `duration("8760h")`'),
        ("90", 'a number needs a unit: of seconds write `duration("90s")`'),
        ("", None),
        ("soon", None),
        ("1 fortnight", None),
        ("400 years", None),
        ("9223372036854775808ns", None),
    ],
)
def test_bad_durations_at_load(text: str, suggestion: str | None) -> None:
    found = refusal(f"duration('{text}') > duration('1h')")
    assert (found.code, found.suggestion) == ("BAD_DURATION", suggestion)
    assert found.column == 10


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2024-01-01", "2024-01-01T00:00:00Z"),
        ("2024-01-01T00:00:00", "2024-01-01T00:00:00Z"),
        ("2024-01-01 10:30", "2024-01-01T10:30:00Z"),
        ("2024-01-01T00:00:00.250", "2024-01-01T00:00:00.250Z"),
        ("2024-01-01T00:00:00,5Z", "2024-01-01T00:00:00.5Z"),
        ("2024-1-1", "2024-01-01T00:00:00Z"),
        ("2024/01/31", "2024-01-31T00:00:00Z"),
        ("20240131", "2024-01-31T00:00:00Z"),
        ("20240131T103000Z", "2024-01-31T10:30:00Z"),
        ("2024-01-01T00:00:00+01", "2024-01-01T00:00:00+01:00"),
        ("2024-01-01 00:00:00 -0330", "2024-01-01T00:00:00-03:30"),
        ("2024-01-01T00:00:00 UTC", "2024-01-01T00:00:00Z"),
    ],
)
def test_bad_timestamps_at_load(text: str, meant: str) -> None:
    found = refusal(f"timestamp('{text}')")
    assert found.code == "BAD_TIMESTAMP"
    assert found.suggestion == f'did you mean `timestamp("{meant}")`?'


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("1704067200", "did you mean `timestamp(1704067200)`?"),
        (
            "1704067200123",
            "did you mean `timestamp(1704067200)`? It takes seconds since 1970.",
        ),
        ("now", "did you mean `now`, without `timestamp()` and quotes?"),
        *((each, None) for each in ("", "2024", "202411", "31.12.2024", "2024-02-30", "today")),
        ("10000-01-01T00:00:00Z", None),
    ],
)
def test_other_timestamps_at_load(text: str, suggestion: str | None) -> None:
    found = refusal(f"timestamp('{text}')")
    assert (found.code, found.suggestion) == ("BAD_TIMESTAMP", suggestion)


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("utc", "UTC"),
        ("Z", "UTC"),
        ("europe/berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("PST", "America/Los_Angeles"),
        ("CEST", "Europe/Berlin"),
        ("+0530", "+05:30"),
        ("-8", "-08:00"),
        ("UTC+5", "+05:00"),
        *((each, None) for each in ("+25:00", "Mars", "../../etc/passwd", "Local")),
    ],
)
def test_bad_zones_at_load(zone: str, meant: str | None) -> None:
    found = refusal(f"event.at.getHours('{zone}') == 1")
    suggestion = None if meant is None else f'did you mean `"{meant}"`?'
    assert (found.code, found.suggestion) == ("BAD_TIME_ZONE", suggestion)
    assert found.message == f'there is no time zone "{zone}"'


def test_a_literal_that_is_the_target_is_no_zone() -> None:
    with pytest.raises(RuleError) as refused:
        compile_rule("'UTC'.getHours()", roots=["event"], result=ResultType.ANY)
    assert [each.code for each in refused.value.diagnostics] == ["NO_OVERLOAD"]


def test_arithmetic_on_times() -> None:
    source = "timestamp(event.expires) > event.at - duration('168h')"
    at = Timestamp(1_704_067_200 * SECOND)
    assert value(source, at=at, expires="2023-12-25T00:00:01Z") is True
    assert value(source, at=at, expires="2023-12-25T01:00:00+01:00") is False
    assert error_kind(value("event.at + duration('1ns')", at=LAST)) is RANGE
