"""Running a piece on this machine."""
