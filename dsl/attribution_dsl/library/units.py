"""Units of time."""

from datetime import date
from typing import Final

NANOS_PER_MICRO: Final = 1_000
NANOS_PER_MILLI: Final = 1_000_000
NANOS_PER_SECOND: Final = 1_000_000_000
NANOS_PER_MINUTE: Final = 60 * NANOS_PER_SECOND
NANOS_PER_HOUR: Final = 60 * NANOS_PER_MINUTE
NANOS_PER_DAY: Final = 24 * NANOS_PER_HOUR
SECONDS_PER_DAY: Final = 86_400
EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
"""The day 1970-01-01 as Python counts days."""
MICRO_SIGN: Final = "\N{MICRO SIGN}"
GREEK_MU: Final = "\N{GREEK SMALL LETTER MU}"
