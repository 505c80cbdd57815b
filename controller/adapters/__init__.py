"""The edges: the only rooms of the library that block, read a clock, or import a framework."""
