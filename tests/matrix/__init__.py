"""Who may do what with whose things, by each API: every case is held to the words of the policy table."""
