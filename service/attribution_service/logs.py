"""Logging: events with named fields, for people on a terminal and as JSON lines elsewhere."""

import contextlib
import logging
import sys
from enum import StrEnum
from typing import Any

import structlog
from structlog.typing import Processor


class LogFormat(StrEnum):
    """How log lines look."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least level that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class _LenientStream:
    """Standard error that does not mind when it cannot be written.

    Its reader may be gone, or its disk full; the service must go on all the same.
    """

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


def set_up(level: LogLevel, style: LogFormat) -> None:
    """Log to standard error; `auto` is the console style on a terminal and JSON otherwise.

    What libraries log through the standard module comes out the same way, warnings and worse only.
    """
    console = style is LogFormat.CONSOLE or (style is LogFormat.AUTO and sys.stderr.isatty())
    stream: Any = _LenientStream()
    # Without the values of variables, which may be those of people.
    plain = structlog.dev.plain_traceback
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(level.value),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
