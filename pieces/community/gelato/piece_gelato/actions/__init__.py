"""What Gelato can do."""
