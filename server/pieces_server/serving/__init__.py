"""Running the instance: its socket, its processes, and what each connection may do."""
