"""The client for ordinary, blocking code."""

from attribution_client._campaigns import CampaignCalls
from attribution_client._decisions import DecisionCalls
from attribution_client._deliveries import DeliveryCalls
from attribution_client._journeys import JourneyCalls
from attribution_client._people import PersonCalls
from attribution_client._reports import ReportCalls
from attribution_client._rules import RuleCalls


class AttributionClient(
    CampaignCalls,
    JourneyCalls,
    DeliveryCalls,
    DecisionCalls,
    PersonCalls,
    RuleCalls,
    ReportCalls,
):
    """Calls the service. Safe to share between threads; best kept for the process's life.

    Every method takes `timeout`: the seconds that the call may take, retries
    included; None means the client's. Every method raises a subclass of
    `AttributionError` if the call fails, and ValueError or TypeError, before
    anything is sent, for arguments that cannot be sent. What the service
    refuses, and why, stands in the contract: `attribution/v1/error_reason.proto`.

    UNAVAILABLE is tried again, with growing random waits, until the attempts of
    the retry policy or the time are used up. That is safe, because the service
    tells every change apart by its ids: sent twice, it takes effect once.
    """
