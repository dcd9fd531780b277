"""When an alert is active: windows' results and what was told before, to what is to be told now.

Nothing here touches a database or a network. An alert follows from the windows alone, in their
order: it does not matter which run analysed which of them, nor when.
"""
