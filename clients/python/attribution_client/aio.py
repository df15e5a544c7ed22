"""The client for asyncio."""

from attribution_client._campaigns import AsyncCampaignCalls
from attribution_client._decisions import AsyncDecisionCalls
from attribution_client._deliveries import AsyncDeliveryCalls
from attribution_client._journeys import AsyncJourneyCalls
from attribution_client._people import AsyncPersonCalls
from attribution_client._reports import AsyncReportCalls
from attribution_client._rules import AsyncRuleCalls


class AsyncAttributionClient(
    AsyncCampaignCalls,
    AsyncJourneyCalls,
    AsyncDeliveryCalls,
    AsyncDecisionCalls,
    AsyncPersonCalls,
    AsyncRuleCalls,
    AsyncReportCalls,
):
    """Calls the service from a running event loop; belongs to that loop.

    The same as `AttributionClient`, method for method, with the same arguments,
    answers, errors, deadlines and retries; the lists are asynchronous iterators.
    A cancelled task ends its call at once, and is not retried.
    """
