"""Studies: searches stored on disk or in a database, evaluation by evaluation, so that they can be resumed."""
