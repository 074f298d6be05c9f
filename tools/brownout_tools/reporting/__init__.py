"""Pictures and an HTML report of a sweep's result directory.

``python -m brownout_tools.reporting DIR... [options]``, or ``brownout report``.
"""
