"""What a switch is: tables and registers, declared once, checked, and rendered for people."""
