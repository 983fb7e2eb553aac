"""Two tiny policy problems, as a third party would ship them."""
