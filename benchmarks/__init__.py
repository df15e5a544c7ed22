"""How fast rules and the service are, how rules stand up to attacks, and what a fuzzer finds.

Nothing of the service needs this package; docs/rules-performance.md and, for `service/`,
docs/performance.md tell how to run it and read it.
"""
