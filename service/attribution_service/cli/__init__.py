"""The command line `attribution-service`."""

from attribution_service.cli.main import main

__all__ = ["main"]
