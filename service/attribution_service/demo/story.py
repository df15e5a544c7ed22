"""The course example: five people, and what each of them shows."""

from datetime import timedelta

from attribution_client import (
    Basis,
    Campaign,
    CampaignKind,
    ExitPolicy,
    Goal,
    PerformsEvent,
    Trigger,
)

from attribution_service.demo.steps import CAMPAIGN_ID, Chapter, Expected, Person

CAMPAIGN = Campaign(
    campaign_id=CAMPAIGN_ID,
    display_name="Finish what you started",
    kind=CampaignKind.CAMPAIGN_KIND_TRIGGERED,
    trigger=Trigger(event_name="course_started"),
    goal=Goal(
        performs_event=PerformsEvent(
            event_name="course_finished", filter="event.course_id == trigger.course_id"
        ),
        window=timedelta(days=7),
        basis=Basis.BASIS_CLICKED,
    ),
    exit_policy=ExitPolicy.EXIT_POLICY_GOAL,
    webhook_action_ids=["call-tutor"],
)

_ada = Person("Ada")
_ben = Person("Ben")
_cleo = Person("Cleo")
_dan = Person("Dan")
_eve = Person("Eve")

ADA = Chapter(
    "Ada",
    "two courses at once: each has its own messages, its own credit and its own end",
    (
        _ada.starts("0s", "python"),
        _ada.starts("1h", "sql"),
        _ada.asks("1d", "python", "EMAIL"),
        _ada.gets("1d", "email-1", "python"),
        _ada.gets("1d1h", "email-2", "sql"),
        _ada.gets("2d", "sms-3", "python"),
        _ada.gets("2d1h", "slack-4", "python"),
        _ada.clicks("3d", "sms-3"),
        _ada.clicks("3d1h", "slack-4"),
        _ada.clicks("4d", "email-1", text="clicks email-1 (sent first)"),
        _ada.finishes(
            "5d",
            "e1",
            "music",
            Expected(verdicts={"python": "FILTER_FALSE", "sql": "FILTER_FALSE"}),
            text="finishes another course: music (event e1)",
        ),
        _ada.finishes(
            "6d",
            "e2",
            "python",
            Expected(
                credit="email-1",
                achieved=("python",),
                verdicts={
                    "email-1": "CONVERTED",
                    "sms-3": "EARLIER_TOUCH",
                    "slack-4": "CHANNEL_CANNOT_CONVERT",
                    "sql": "FILTER_FALSE",
                },
            ),
        ),
        _ada.asks("6d1h", "python", "WAIT"),
        _ada.asks("6d2h", "python", "EMAIL", ends="GOAL"),
        _ada.asks("6d2h", "sql", "EMAIL"),
        _ada.clicks("7d", "email-2"),
        _ada.finishes(
            "8d",
            "e3",
            "sql",
            Expected(
                credit="email-2",
                achieved=("sql",),
                verdicts={"email-2": "CONVERTED", "python": "FILTER_FALSE"},
            ),
        ),
    ),
)

BEN = Chapter(
    "Ben",
    "news out of order, and the same event twice: told late, told again, nothing counts twice",
    (
        _ben.starts("2h", "python"),
        _ben.gets("1d2h", "email-1", "python"),
        _ben.gets("2d2h", "sms-2", "python"),
        _ben.clicks("3d", "sms-2"),
        _ben.clicks(
            "3d1h",
            "email-1",
            when="2d",
            text="told late: clicked email-1 at 2 d",
        ),
        _ben.opens("3d2h", "email-1", text="opens email-1 (an open is no click)"),
        _ben.finishes(
            "4d",
            "e1",
            "python",
            Expected(
                credit="sms-2",
                achieved=("python",),
                verdicts={"email-1": "EARLIER_TOUCH", "sms-2": "CONVERTED"},
            ),
        ),
        _ben.finishes(
            "4d0h1m",
            "e1",
            "python",
            Expected(credit="sms-2", achieved=("python",), replayed=True),
            text="event e1 is sent again",
        ),
        _ben.finishes(
            "4d0h2m",
            "e1",
            "sql",
            Expected(refused="EVENT_ALREADY_EXISTS"),
            text="another event with the same id e1",
        ),
        _ben.asks("4d1h", "python", "SLACK"),
        _ben.asks("5d", "python", "SMS", ends="GOAL"),
    ),
)

CLEO = Chapter(
    "Cleo",
    "webhooks: only the one that the campaign opted in can get the credit",
    (
        _cleo.starts("3h", "python"),
        _cleo.gets(
            "1d3h",
            "webhook-1",
            "python",
            action="call-tutor",
            text="gets webhook-1, which is opted in",
        ),
        _cleo.gets(
            "2d3h",
            "webhook-2",
            "python",
            action="lights",
            text="gets webhook-2, not opted in",
        ),
        _cleo.clicks("3d3h", "webhook-1"),
        _cleo.clicks("4d3h", "webhook-2"),
        _cleo.finishes(
            "5d3h",
            "e1",
            "",
            Expected(verdicts={"python": "PROPERTY_MISSING"}),
            text="finishes, no course_id (event e1)",
        ),
        _cleo.finishes(
            "5d4h",
            "e2",
            "python",
            Expected(
                credit="webhook-1",
                achieved=("python",),
                verdicts={"webhook-1": "CONVERTED", "webhook-2": "CHANNEL_CANNOT_CONVERT"},
            ),
        ),
        _cleo.asks("5d5h", "python", "WEBHOOK"),
        _cleo.asks("5d6h", "python", "PUSH", ends="GOAL"),
    ),
)

DAN = Chapter(
    "Dan",
    "the window of 7 days after the click: its last moment counts, a second later does not",
    (
        _dan.starts("4h", "python"),
        _dan.starts("4h", "sql"),
        _dan.gets("1d4h", "email-1", "python"),
        _dan.gets("1d4h", "email-2", "sql"),
        _dan.clicks("2d", "email-1"),
        _dan.clicks("2d", "email-2"),
        _dan.finishes(
            "9d",
            "e1",
            "python",
            Expected(
                credit="email-1",
                achieved=("python",),
                verdicts={"email-1": "CONVERTED", "sql": "FILTER_FALSE"},
            ),
        ),
        _dan.finishes(
            "9d0h0m1s",
            "e2",
            "sql",
            Expected(
                achieved=("sql",),
                verdicts={"email-2": "OUTSIDE_WINDOW", "python": "FILTER_FALSE"},
            ),
        ),
        _dan.asks("9d1h", "sql", "EMAIL", ends="GOAL"),
    ),
)

EVE = Chapter(
    "Eve",
    "a scanner's click counts for nothing; a credit can come after the journey's last step",
    (
        _eve.starts("5h", "python"),
        _eve.gets("1d5h", "email-1", "python"),
        _eve.clicks("1d6h", "email-1", machine=True, text="a link scanner clicks email-1"),
        _eve.gets(
            "2d5h",
            "sms-2",
            "python",
            status="SUPPRESSED",
            text="sms-2 is held back: unsubscribed",
        ),
        _eve.completes("3d", "python"),
        _eve.finishes(
            "3d5h",
            "e1",
            "python",
            Expected(
                achieved=("python",),
                verdicts={"email-1": "NO_QUALIFYING_INTERACTION", "sms-2": "NOT_SENT"},
            ),
        ),
        _eve.clicks("4d", "email-1", text="clicks email-1 herself"),
        _eve.finishes(
            "4d5h",
            "e2",
            "python",
            Expected(
                credit="email-1",
                achieved=("python",),
                verdicts={"email-1": "CONVERTED", "sms-2": "NOT_SENT"},
            ),
            text="finishes python again (event e2)",
        ),
        _eve.asks("5d", "python", "EMAIL", ends="FINISHED"),
    ),
)

CHAPTERS = (ADA, BEN, CLEO, DAN, EVE)
