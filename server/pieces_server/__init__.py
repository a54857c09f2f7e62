"""The instance: it keeps pieces and serves them, and never runs their code in its own process."""
