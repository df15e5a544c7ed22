"""The decisions, pure: state and a command in, an answer and the changes to store out.

No gRPC, no SQL, no clock and no logging in here. The rule numbers in comments (`G3`, `C7`) are
those of docs/semantics.md. Times are whole microseconds since the epoch (`*_us`).
"""
