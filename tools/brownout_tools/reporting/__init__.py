"""Pictures and an HTML report of a sweep's result directory, and pictures of fault maps.

``python -m brownout_tools.reporting DIR [--out DIR2]``
``python -m brownout_tools.reporting.map_picture MAP.csv --out map.png [--voltage V] [--bank B]``
"""
