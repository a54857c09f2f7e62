"""What is wrong with a piece, and what of it can be corrected by rule."""
