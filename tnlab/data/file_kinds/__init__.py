"""Readers of the kinds of files that data come in; each returns one array, through the library that reads the kind."""
