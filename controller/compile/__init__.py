"""Model x pipeline -> flows, incrementally, and every flow can say why it exists."""
