"""Scenario files: tests that people write for their campaigns (docs/scenarios.md)."""
