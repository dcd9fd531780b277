"""Tells people and starts things: messages, channels and actions, and how they are sent.

A channel is one module in ``channels/``, an action one in ``actions/``: its ``Settings`` are the
keys of an entry of ``notifications`` or ``actions`` whose ``kind`` is the module's name, with its
manual page in their docstring, and ``send(settings, message, carrier)`` sends.
"""
