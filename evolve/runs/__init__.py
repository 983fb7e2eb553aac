"""A run: its specification, engine, event log and resumption."""
