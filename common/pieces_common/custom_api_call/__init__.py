"""The action by which a user calls any endpoint of a piece's service."""
