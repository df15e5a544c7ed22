"""Options that more than one command has."""

from enum import StrEnum
from typing import Annotated

import typer
from attribution_dsl import Severity

from attribution_service.logs import LogFormat, LogLevel


class Output(StrEnum):
    """How what is found is told."""

    TEXT = "text"
    JSON = "json"


Store = Annotated[
    str,
    typer.Option(
        envvar="ATTRIBUTION_STORE",
        metavar="URL",
        help="Where the state is kept: sqlite:///FILE (four slashes for an absolute path), or "
        "postgresql://USER@HOST/DATABASE, with what libpq takes, such as ?sslmode=verify-full.",
    ),
]
Level = Annotated[
    LogLevel,
    typer.Option(envvar="ATTRIBUTION_LOG_LEVEL", help="The least level that is logged."),
]
Format = Annotated[
    LogFormat,
    typer.Option(
        envvar="ATTRIBUTION_LOG_FORMAT",
        help="How log lines look; auto: for people on a terminal, JSON elsewhere.",
    ),
]
COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
DEFAULT_STORE = "sqlite:///attribution.db"
