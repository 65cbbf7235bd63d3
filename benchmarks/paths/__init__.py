"""One runnable file per hot path."""
