"""Applications that need no place in a configuration, one file each: found by discovery.

A module of this package whose name does not start with an underscore holds one application, which
is used by the module's name: ``applications: [{class: histogram_data_drift}]``. Installed packages
add theirs by entry points of the group ``mmon.applications``.
"""
