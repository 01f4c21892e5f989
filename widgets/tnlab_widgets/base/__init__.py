"""The base classes of the widgets, and the messages, uploads, pictures and requests that widgets share."""
