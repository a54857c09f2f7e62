"""An instance as one file: written while it serves, restored into either kind of database."""
