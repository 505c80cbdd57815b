"""HTTP itself, for every API: listeners, TLS, one door, seats, turns."""
