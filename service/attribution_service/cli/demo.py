"""`attribution-service demo`."""


def demo() -> None:
    """Play the course example on a real server."""
