"""The lab: a whole fabric on one machine, with real switches, real hosts and real frames."""
