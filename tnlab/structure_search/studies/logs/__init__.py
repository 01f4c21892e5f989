"""Storage of the lines of a study: in a file, or in a database."""
