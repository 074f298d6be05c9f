"""The tables of the papers behind the simulator, made again from the repository's networks.

``python -m brownout_tools.reproduce PAPER --out DIR`` runs sweeps and sets their results beside the
paper's numbers; nothing is trained.
"""
