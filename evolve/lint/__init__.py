"""What an author of a problem should look at before a search is worth its time."""
