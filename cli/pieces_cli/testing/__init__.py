"""Running the tests of pieces, and keeping them on this machine."""
