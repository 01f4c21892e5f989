"""Structure search: engines propose structures, one driver fits and counts them, certificates say what is left."""
