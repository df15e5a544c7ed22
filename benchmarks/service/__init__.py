"""How fast the service is, beside floors that are measured in the same run on the same machine.

`python -m benchmarks.service` starts real servers, calls them from another process, prints a table
and writes build/bench.json; docs/performance.md tells how to read it.
"""
