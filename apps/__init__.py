"""What one starts (the controller, the command line, the lab) and what one plugs in."""
