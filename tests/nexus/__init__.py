"""A Nexus of the tests' own: its object model, its REST and CLI interfaces, over real HTTPS."""
