"""Searches of the workbench: lanes, settings, studies."""
