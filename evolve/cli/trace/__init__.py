"""`adrs trace`, step by step."""
