"""Keeping one switch equal to what is wanted of it: pure state machines, told what happened, asked what to send."""
