"""Who asks: each way to be believed is a small authenticator, and ``assemble`` makes a chain of those wanted."""
