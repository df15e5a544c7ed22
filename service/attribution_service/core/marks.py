"""What figures count of a delivery, as one number that a store can group by (M1)."""

from enum import IntFlag

from attribution_service.core.model import Delivery


class Mark(IntFlag):
    """One thing that is true of a delivery. The numbers are stored and never change."""

    OPENED = 1
    CLICKED = 2
    MACHINE_OPENED = 4
    MACHINE_CLICKED = 8
    UNTRACKED_CLICKED = 16
    CONVERTED = 32
    CAN_CONVERT = 64


def marks_of(delivery: Delivery) -> Mark:
    """All marks of a delivery: opens and clicks by people, tracked ones alone, and the rest."""
    told = (
        (Mark.OPENED, delivery.opened_us is not None),
        (Mark.CLICKED, delivery.clicked_us is not None),
        (Mark.MACHINE_OPENED, delivery.machine_opened_us is not None),
        (Mark.MACHINE_CLICKED, delivery.machine_clicked_us is not None),
        (Mark.UNTRACKED_CLICKED, delivery.untracked_clicked_us is not None),
        (Mark.CONVERTED, delivery.converted_us is not None),
        (Mark.CAN_CONVERT, delivery.can_convert),
    )
    marks = Mark(0)
    for mark, holds in told:
        if holds:
            marks |= mark
    return marks
