"""Pictures of runs for a paper: what they show, as numbers, and how it is drawn."""
