"""Letters: an outbox filled in the transaction, delivered after it."""
