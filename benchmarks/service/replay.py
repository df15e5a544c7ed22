"""The floor of the store."""
