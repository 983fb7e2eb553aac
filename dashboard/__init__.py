"""Pages on runs: reads the store, and acts only by starting `adrs` commands."""
