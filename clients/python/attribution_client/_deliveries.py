"""The calls about deliveries and what people did with them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from attribution.v1.delivery_pb2 import Channel, Delivery, DeliveryStatus, InteractionKind
from attribution.v1.delivery_service_pb2 import (
    GetDeliveryResponse,
    RecordDeliveryResponse,
    RecordInteractionResponse,
)

from attribution_client import _requests
from attribution_client._async_calls import AsyncCalls
from attribution_client._calls import Calls


class DeliveryCalls(Calls):
    """The calls about deliveries and what people did with them."""

    def record_delivery(
        self,
        *,
        person_id: str,
        delivery_id: str,
        journey_id: str = "",
        channel: Channel | str,
        action_id: str = "",
        status: DeliveryStatus | str | None = None,
        sent_time: datetime | None = None,
        campaign_id: str = "",
        timeout: float | None = None,
    ) -> RecordDeliveryResponse:
        """Record a delivery, or how far a known one got.

        Args:
            person_id: The person whom it is for.
            delivery_id: The caller's id, unique within the person.
            journey_id: The journey that sent it; empty for a newsletter's.
            channel: How it was sent: a `Channel`, or its name such as `"EMAIL"`.
            action_id: The action that sent it; required for a webhook.
            status: How far it got: a `DeliveryStatus`, or its name such as
                `"BOUNCED"`. None: SENT.
            sent_time: When it was sent, with a time zone; cut to the service's
                clock if ahead. None: the moment the service is told.
            campaign_id: The journey's campaign, which may be left out; or the
                newsletter.
            timeout: Seconds; None: the client's.

        Returns:
            The delivery; `replayed` if nothing changed.

        Raises:
            NotFound: The person has no such journey.
            AlreadyExists: The person has this delivery with another content.
            AttributionError: The call failed otherwise.
        """
        request = _requests.record_delivery(
            person_id,
            delivery_id,
            journey_id,
            channel,
            action_id,
            status,
            sent_time,
            campaign_id,
        )
        return self._call(self._deliveries.RecordDelivery, request, timeout)

    def record_interaction(
        self,
        *,
        person_id: str,
        delivery_id: str,
        kind: InteractionKind | str,
        time: datetime | None = None,
        machine: bool = False,
        untracked: bool = False,
        timeout: float | None = None,
    ) -> RecordInteractionResponse:
        """Record an open or a click.

        An interaction has no id: a repeated report is seen to be the same by its
        time. So the client never leaves the time out, and its retries all carry
        the same one. Who may call again later should give the time.

        Args:
            person_id: The person whom the delivery is for.
            delivery_id: The delivery.
            kind: An `InteractionKind`, or its name: `"OPENED"` or `"CLICKED"`.
            time: When it happened, with a time zone. None: now by this machine's
                clock. The service cuts a time that lies ahead of its own clock;
                a clock that is behind makes the interaction that much older.
            machine: A machine did it (mail privacy prefetch, link scanner).
            untracked: The link clicked is not tracked; refused on an open.
            timeout: Seconds; None: the client's.

        Raises:
            NotFound: The person has no such delivery.
            AttributionError: The call failed otherwise.
        """
        when = self._clock.now() if time is None else time
        request = _requests.record_interaction(
            person_id, delivery_id, kind, when, machine, untracked
        )
        return self._call(self._deliveries.RecordInteraction, request, timeout)

    def get_delivery(
        self, person_id: str, delivery_id: str, *, timeout: float | None = None
    ) -> GetDeliveryResponse:
        """Return a delivery as it is now.

        Raises:
            NotFound: The person has no such delivery.
            AttributionError: The call failed otherwise.
        """
        request = _requests.get_delivery(person_id, delivery_id)
        return self._call(self._deliveries.GetDelivery, request, timeout)

    def list_deliveries(
        self,
        person_id: str,
        *,
        journey_id: str = "",
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Delivery]:
        """List a person's deliveries in byte order of their ids, fetching pages as needed.

        Args:
            person_id: The person.
            journey_id: Only deliveries of this journey; empty: of all.
            page_size: Deliveries to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _requests.list_deliveries(person_id, journey_id, page_size)
        pages = self._pages(self._deliveries.ListDeliveries, request, timeout)
        return (delivery for page in pages for delivery in page.deliveries)


class AsyncDeliveryCalls(AsyncCalls):
    """The same for asyncio."""

    async def record_delivery(
        self,
        *,
        person_id: str,
        delivery_id: str,
        journey_id: str = "",
        channel: Channel | str,
        action_id: str = "",
        status: DeliveryStatus | str | None = None,
        sent_time: datetime | None = None,
        campaign_id: str = "",
        timeout: float | None = None,
    ) -> RecordDeliveryResponse:
        """Record a delivery, or how far a known one got.

        See `AttributionClient.record_delivery`.
        """
        request = _requests.record_delivery(
            person_id,
            delivery_id,
            journey_id,
            channel,
            action_id,
            status,
            sent_time,
            campaign_id,
        )
        return await self._call(self._deliveries.RecordDelivery, request, timeout)

    async def record_interaction(
        self,
        *,
        person_id: str,
        delivery_id: str,
        kind: InteractionKind | str,
        time: datetime | None = None,
        machine: bool = False,
        untracked: bool = False,
        timeout: float | None = None,
    ) -> RecordInteractionResponse:
        """Record an open or a click. See `AttributionClient.record_interaction`."""
        when = self._clock.now() if time is None else time
        request = _requests.record_interaction(
            person_id, delivery_id, kind, when, machine, untracked
        )
        return await self._call(self._deliveries.RecordInteraction, request, timeout)

    async def get_delivery(
        self, person_id: str, delivery_id: str, *, timeout: float | None = None
    ) -> GetDeliveryResponse:
        """Return a delivery as it is now. See `AttributionClient.get_delivery`."""
        request = _requests.get_delivery(person_id, delivery_id)
        return await self._call(self._deliveries.GetDelivery, request, timeout)

    def list_deliveries(
        self,
        person_id: str,
        *,
        journey_id: str = "",
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Delivery]:
        """List a person's deliveries in byte order of their ids, fetching pages as needed.

        See `AttributionClient.list_deliveries`.
        """
        request = _requests.list_deliveries(person_id, journey_id, page_size)
        pages = self._pages(self._deliveries.ListDeliveries, request, timeout)
        return (delivery async for page in pages for delivery in page.deliveries)
