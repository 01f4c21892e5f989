"""Where the lines of a study are kept: in a file, or in a database."""
