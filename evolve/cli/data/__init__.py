"""The verbs of `adrs data`."""
