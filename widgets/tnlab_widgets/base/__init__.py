"""What every widget stands on: the page connection, uploads, data, requests."""
