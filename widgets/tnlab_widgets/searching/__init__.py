"""Structure searches of the workbench: lanes that search side by side, their settings, and their studies on disk."""
