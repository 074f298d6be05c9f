"""Training of networks that bear bit errors of their weight memory, and their export.

Recipes are YAML files; ``python -m brownout_tools.robust train|export|evaluate`` uses them.
"""
