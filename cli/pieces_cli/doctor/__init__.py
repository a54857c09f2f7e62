"""What is missing on this machine and in this workspace, and the command that mends it."""
