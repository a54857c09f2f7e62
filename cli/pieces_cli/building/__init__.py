"""From a piece's folder to its wheel."""
