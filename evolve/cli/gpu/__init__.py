"""The verbs of `adrs gpu`."""
