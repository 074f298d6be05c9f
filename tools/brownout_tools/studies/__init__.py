"""Experiments made of ``brownout sweep`` commands: what storage, faults and placement do."""
