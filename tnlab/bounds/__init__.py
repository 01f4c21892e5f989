"""Certificates: lower bounds on the error of any fit of a structure, and on the parameters that an error needs."""
