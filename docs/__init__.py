"""The documentation, and the code that generates and runs the examples in it."""
