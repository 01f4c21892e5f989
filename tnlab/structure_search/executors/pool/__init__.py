"""The pool executor: fits in worker processes of this machine, which share one copy of the tensor."""
