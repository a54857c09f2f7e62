"""What Gelato notices."""
