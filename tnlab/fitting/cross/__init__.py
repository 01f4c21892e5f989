"""Cross approximation: a tensor train from some fibres of a tensor that is never formed.

``passes`` goes along the train and evaluates the fibres, ``maxvol`` selects the rows that become the next fibres,
``train`` converts between a structure in any order of cores and the cores along the train.
"""
