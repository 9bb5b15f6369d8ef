"""What was done, by whom, when: append-only, each record chained to the one before it by hash (R34)."""
