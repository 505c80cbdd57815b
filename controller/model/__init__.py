"""What the user means: facts, commands that change them, and the network that holds them."""
