"""Beds of the plug-ins that need nothing of their own for it."""
