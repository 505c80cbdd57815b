"""A model that files declare against the one that the controller holds: what differs, and what mends it."""
