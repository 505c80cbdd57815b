"""Measurements: each prints figures side by side with a peer of the same run, and none of them is a test."""
