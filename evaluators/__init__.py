"""How a policy is measured, and how sure we are."""
