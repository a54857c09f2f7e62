"""The examples of the reference pages: each runs in a test."""
