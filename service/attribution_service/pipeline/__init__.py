"""From commands to durable answers: the engine decides a batch, the pipeline makes the batches."""
