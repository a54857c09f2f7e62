"""Checking the pieces that are uploaded, in processes of their own."""
