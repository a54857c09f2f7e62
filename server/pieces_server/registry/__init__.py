"""What is published: pieces and other wheels, over the database and the folder of files."""
