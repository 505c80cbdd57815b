"""Simulated switches: the compiled flow tables, run in pure Python, by the thousand in one process."""
