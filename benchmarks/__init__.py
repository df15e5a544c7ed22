"""How fast rules are, how they stand up to attacks, and what a fuzzer finds in them.

Nothing of the service needs this package; docs/performance.md tells how to run it and read it.
"""
