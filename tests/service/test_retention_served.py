"""A server with retention: what callers see of it, over the wire."""

import time
from pathlib import Path

import pytest
from attribution_service.app import background
from attribution_service.clock import ManualClock
from attribution_service.config import ServerSettings
from attribution_service.core.retention import DAY_US
from attribution_service.pipeline.retention import RetentionSettings
from support.calls import COURSE, Caller, email, finished

BEGIN_US = 20_000 * DAY_US
EVENT = finished("e1", "ada")


@pytest.mark.parametrize("days", [None, 90])
def test_what_callers_see(tmp_path: Path, days: int | None) -> None:
    """Old deliveries are not there, figures are; without the setting all stays."""
    clock = ManualClock(BEGIN_US)
    retention = RetentionSettings(delivery_days=days, receipt_days=days and 1, pause_us=0)
    settings = ServerSettings(store_url=f"sqlite:///{tmp_path / 'a.db'}", retention=retention)
    with background(settings, clock) as address:
        call = Caller(address)
        call("CreateCampaign", {"campaign": COURSE})
        journey = {"person_id": "ada", "journey_id": "j1", "campaign_id": "course"}
        call("StartJourney", {**journey, "trigger_properties": {"course_id": "py101"}})
        call("RecordDelivery", {"delivery": email("d1", "j1", "ada")})
        assert len(call("Evaluate", EVENT)["conversions"]) == 1
        figures = call("GetMetrics", {"campaign_id": "course"})
        clock.set_us(BEGIN_US + 91 * DAY_US)
        call("GetJourney", {"person_id": "ada", "journey_id": "j1"})
        call("CheckExit", {"person_id": "ada", "journey_id": "j1"})
        delivery = {"person_id": "ada", "delivery_id": "d1"}
        if days is None:
            assert call("GetDelivery", delivery)
            assert call("Evaluate", EVENT)["replayed"]
        else:
            until_gone(call)
            assert call.refused("GetDelivery", delivery).reason == "DELIVERY_NOT_FOUND"
            assert not call("Evaluate", EVENT).get("replayed")
            opened = {**delivery, "interaction": {"kind": "INTERACTION_KIND_OPENED"}}
            assert call.refused("RecordInteraction", opened).reason == "DELIVERY_NOT_FOUND"
            assert not call("ListConversions", {"campaign_id": "course"}).get("conversions")
        assert call("GetMetrics", {"campaign_id": "course"})["deliveries"] == figures["deliveries"]
        call.close()


def until_gone(call: Caller) -> None:
    """Wait for the walk, which goes by itself: receipts come last."""
    while call("Evaluate", {**EVENT, "validate_only": True}).get("replayed"):
        time.sleep(0.01)
