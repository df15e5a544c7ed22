"""The course example: was it the email that made a person finish the course?

Needs a service on 127.0.0.1:50051, or the address given as the first argument.
All ids are fixed, so that running it again changes nothing and says so.
"""
# A script's output is what it prints.
# ruff: noqa: T201

import sys
from datetime import timedelta

from attribution_client import (
    AlreadyExists,
    AttributionClient,
    Basis,
    Campaign,
    ExitPolicy,
    ExitReason,
    Goal,
    PerformsEvent,
    Trigger,
)

CAMPAIGN = Campaign(
    campaign_id="example-courses",
    display_name="Finish what you started",
    trigger=Trigger(event_name="course_started"),
    goal=Goal(
        performs_event=PerformsEvent(
            event_name="course_finished", filter="event.course_id == trigger.course_id"
        ),
        window=timedelta(days=7),
        basis=Basis.BASIS_RECEIVED,
    ),
    exit_policy=ExitPolicy.EXIT_POLICY_GOAL,
)


def main(target: str = "127.0.0.1:50051") -> None:
    """Play the example on the service at an address."""
    with AttributionClient(target) as client:
        try:
            client.create_campaign(CAMPAIGN)
        except AlreadyExists:
            print("The campaign is there already.")

        started = client.start_journey(
            person_id="ada",
            journey_id="ada-py101",
            campaign_id=CAMPAIGN.campaign_id,
            trigger_properties={"course_id": "py101"},
        )
        print(f"Journey {started.journey.journey_id}{_again(started.replayed)}")

        sent = client.record_delivery(
            person_id="ada",
            delivery_id="ada-py101-email-1",
            journey_id="ada-py101",
            action_id="email-1",
            channel="EMAIL",
        )
        print(f"Delivery {sent.delivery.delivery_id}{_again(sent.replayed)}")

        answer = client.evaluate(
            event_id="ada-finished-py101",
            person_id="ada",
            name="course_finished",
            properties={"course_id": "py101"},
        )
        for conversion in answer.conversions:
            print(f"The credit goes to {conversion.delivery_id}{_again(answer.replayed)}")

        check = client.check_exit("ada", "ada-py101")
        verdict = f"ends: {ExitReason.Name(check.reason)}" if check.exit else "goes on"
        print(f"The journey {verdict}. {check.detail}")


def _again(replayed: bool) -> str:
    return " (as before)" if replayed else ""


if __name__ == "__main__":
    main(*sys.argv[1:2])
