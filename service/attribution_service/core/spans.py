"""Lengths of time as people write them."""

_UNITS = (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000))
_MICROSECONDS_PER_MILLISECOND = 1_000


def span(length_us: int) -> str:
    """A length of time in its two largest units that matter, such as `8 d 2 h`.

    Whatever is finer is cut, except that a length below a second is given in ms or us.
    """
    if length_us < 0:
        return "-" + span(-length_us)
    for position, (unit, size_us) in enumerate(_UNITS):
        if length_us >= size_us:
            return _two_units(length_us, position, unit, size_us)
    if length_us >= _MICROSECONDS_PER_MILLISECOND:
        return f"{length_us // _MICROSECONDS_PER_MILLISECOND} ms"
    return f"{length_us} us" if length_us else "0 s"


def _two_units(length_us: int, position: int, unit: str, size_us: int) -> str:
    whole, rest_us = divmod(length_us, size_us)
    if position + 1 < len(_UNITS):
        finer_unit, finer_us = _UNITS[position + 1]
        if rest_us >= finer_us:
            return f"{whole} {unit} {rest_us // finer_us} {finer_unit}"
    # Just over a bound must not read as if it were exactly on it.
    return f"{whole} {unit}" if rest_us == 0 else f"{whole} {unit} and a little"
