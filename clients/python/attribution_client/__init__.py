"""Python client of the attribution service."""
