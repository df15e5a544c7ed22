"""Lengths of time as people write them."""

_UNITS = (
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
)
_PARTS = 2


def span(length_us: int) -> str:
    """A length of time in the two largest units that it has, such as `8 d 2 h` or `7 d 1 s`.

    What is finer than these is cut.
    """
    if length_us < 0:
        return "-" + span(-length_us)
    parts: list[str] = []
    for unit, size_us in _UNITS:
        amount, length_us = divmod(length_us, size_us)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:_PARTS]) or "0 s"
