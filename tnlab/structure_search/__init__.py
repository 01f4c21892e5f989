"""Structure search: engines propose structures, a driver has them fitted, certificates bound what any can reach."""
