"""`attribution-service serve`."""

from typing import Annotated

import typer

from attribution_service import app, logs
from attribution_service.cli import options
from attribution_service.config import DEFAULT_ADDRESS, DEFAULT_DRAIN_SECONDS, ServerSettings
from attribution_service.core.retention import MIN_DELIVERY_DAYS
from attribution_service.logs import LogFormat, LogLevel
from attribution_service.pipeline.admission import PipelineLimits
from attribution_service.pipeline.retention import (
    MAX_KEEP_DAYS,
    MIN_RECEIPT_DAYS,
    RetentionSettings,
)
from attribution_service.transport.limits import TransportLimits


def serve(
    store: options.Store = options.DEFAULT_STORE,
    address: Annotated[
        str,
        typer.Option(
            envvar="ATTRIBUTION_ADDRESS",
            metavar="HOST:PORT",
            help="Where to listen; port 0: a free one. There is no authentication: leave it on "
            "the loopback, or on a network where every caller may do everything.",
        ),
    ] = DEFAULT_ADDRESS,
    migrate: Annotated[
        bool,
        typer.Option(
            envvar="ATTRIBUTION_MIGRATE",
            help="Bring the store's schema to this version at the start, or refuse to start.",
        ),
    ] = True,
    drain_seconds: Annotated[
        float,
        typer.Option(
            envvar="ATTRIBUTION_DRAIN_SECONDS",
            min=0,
            help="On SIGTERM, how long calls in flight may take to finish.",
        ),
    ] = DEFAULT_DRAIN_SECONDS,
    max_call_seconds: Annotated[
        float,
        typer.Option(
            envvar="ATTRIBUTION_MAX_CALL_SECONDS",
            min=0.001,
            help="How long a call may take, whatever longer deadline it has.",
        ),
    ] = TransportLimits().call_seconds,
    max_message_bytes: Annotated[
        int,
        typer.Option(
            envvar="ATTRIBUTION_MAX_MESSAGE_BYTES",
            min=1024,
            max=64 * 1024 * 1024,
            help="The largest request that is taken, in bytes.",
        ),
    ] = TransportLimits().message_bytes,
    max_waiting: Annotated[
        int,
        typer.Option(
            envvar="ATTRIBUTION_MAX_WAITING",
            min=1,
            help="How many commands may wait; more are refused with RESOURCE_EXHAUSTED.",
        ),
    ] = PipelineLimits().waiting,
    max_batch: Annotated[
        int,
        typer.Option(
            envvar="ATTRIBUTION_MAX_BATCH",
            min=1,
            help="How many commands share one commit at the most.",
        ),
    ] = PipelineLimits().batch,
    keep_deliveries_days: Annotated[
        int | None,
        typer.Option(
            envvar="ATTRIBUTION_KEEP_DELIVERIES_DAYS",
            min=MIN_DELIVERY_DAYS,
            max=MAX_KEEP_DAYS,
            show_default="for good",
            help="Remove deliveries this many days after anything last happened to them, with "
            "their interactions and conversions; figures stay.",
        ),
    ] = None,
    keep_receipts_days: Annotated[
        int | None,
        typer.Option(
            envvar="ATTRIBUTION_KEEP_RECEIPTS_DAYS",
            min=MIN_RECEIPT_DAYS,
            max=MAX_KEEP_DAYS,
            show_default="for good",
            help="For how many days a repeated event, change or update is known as such; after "
            "that it is judged anew.",
        ),
    ] = None,
    log_level: options.Level = LogLevel.INFO,
    log_format: options.Format = LogFormat.AUTO,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish the calls in flight and stop."""
    logs.set_up(log_level, log_format)
    app.serve(
        ServerSettings(
            store_url=store,
            address=address,
            migrate=migrate,
            drain_seconds=drain_seconds,
            pipeline=PipelineLimits(waiting=max_waiting, batch=max_batch),
            transport=TransportLimits(
                message_bytes=max_message_bytes, call_seconds=max_call_seconds
            ),
            retention=RetentionSettings(keep_deliveries_days, keep_receipts_days),
        )
    )
