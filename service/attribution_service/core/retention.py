"""From which moment the age of a record counts (retention)."""

from attribution_service.core.definitions import MAX_WINDOW_US
from attribution_service.core.model import Delivery

DAY_US = 86_400_000_000

# What is younger may still be credited: no window is longer.
MIN_DELIVERY_DAYS = -(-MAX_WINDOW_US // DAY_US)

# All times of a delivery that say that something happened to it. The sent time as it was claimed is
# not one of them: it may lie ahead of what happened.
TOUCHES = (
    "create_us",
    "sent_us",
    "opened_us",
    "clicked_us",
    "machine_opened_us",
    "machine_clicked_us",
    "untracked_clicked_us",
    "converted_us",
)


def last_touch_us(delivery: Delivery) -> int:
    """When something last happened to a delivery: its age counts from then."""
    touched: list[int | None] = [getattr(delivery, name) for name in TOUCHES]
    return max(time_us for time_us in touched if time_us is not None)
