"""What pages draw. No streamlit here."""
