"""The attribution service: which delivery gets the credit, and when a journey stops.

`core` decides, and is pure; `pipeline` takes commands in batches through it; `storage` keeps what
it decides; `transport` speaks gRPC; `scenarios` plays test files; `cli` is the command line; `app`
puts a server together.
"""
