"""An author's workspace: the pieces in its folders, and what each says of itself."""
