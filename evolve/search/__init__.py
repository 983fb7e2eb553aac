"""Archive, selection, operators: everything that decides what to try next."""
