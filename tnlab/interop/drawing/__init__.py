"""Where the shapes of a drawing go, before any file format."""
