"""Making new pieces and parts of them."""
