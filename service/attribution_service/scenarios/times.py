"""Times and lengths of time as people write them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_UNITS_US = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000}
_SPAN = re.compile(r"(-)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+(?:\.[0-9]{1,9})?)s)?")
_DIGITS_OF_NANOSECONDS = 9
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")
# The years 1 to 9999, in microseconds since the epoch.
_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999


def span_ns(text: str) -> int | None:
    """Nanoseconds of `90s`, `30m`, `36h`, `7d`, `1h30m`, `0.5s` or `-1s`; None if it is no such."""
    match = _SPAN.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        return None
    sign, *amounts = match.groups()
    total = sum(
        Decimal(amount) * _UNITS_US[unit]
        for amount, unit in zip(amounts, "dhms", strict=True)
        if amount
    )
    return int(total * 1_000) * (-1 if sign else 1)


def time_us(text: str) -> int | None:
    """Microseconds since the epoch of an RFC 3339 time, finer digits cut; None if it is none."""
    if not _RFC_3339.fullmatch(text):
        return None
    try:
        past = datetime.fromisoformat(text.upper()) - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds


def is_time(moment_us: int) -> bool:
    """Whether it lies in the years 1 to 9999, as times must."""
    return _FIRST_US <= moment_us <= _LAST_US


def rfc3339(time: int) -> str:
    """Microseconds since the epoch as an RFC 3339 time in UTC."""
    seconds, rest = divmod(time, 1_000_000)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=rest)
    return moment.isoformat().replace("+00:00", "Z")


def proto_duration(nanoseconds: int) -> str:
    """Nanoseconds in the JSON form of google.protobuf.Duration, such as `1.5s`."""
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(nanoseconds), 10**_DIGITS_OF_NANOSECONDS)
    digits = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{sign}{seconds}{digits}s"


def span_text(nanoseconds: int) -> str:
    """Nanoseconds as people write them: what `span_ns` reads, such as `7d` or `1h30m`."""
    if not nanoseconds:
        return "0s"
    parts = ["-"] if nanoseconds < 0 else []
    rest = abs(nanoseconds)
    for unit, length_us in _UNITS_US.items():
        if unit == "s":
            break
        amount, rest = divmod(rest, length_us * 1_000)
        parts += [f"{amount}{unit}"] if amount else []
    return "".join(parts) + (proto_duration(rest) if rest else "")
