"""What pages read out of runs, a module a question. No streamlit here."""
