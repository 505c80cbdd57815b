"""Frames as octets: what a host puts on its wire, true or false, well formed or not."""
