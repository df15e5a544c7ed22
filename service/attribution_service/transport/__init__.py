"""gRPC: requests to commands, answers to responses, faults to statuses."""
