"""`adrs verify`, step by step."""
