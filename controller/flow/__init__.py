"""What Weft asks of a switch: one flow, its bytes, its text, and what it does to a frame."""
