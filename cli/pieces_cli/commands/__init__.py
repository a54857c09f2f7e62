"""The commands, a module each. They are all loaded for `--help`: what is heavy loads inside."""
