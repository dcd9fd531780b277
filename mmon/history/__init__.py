"""What earlier runs found, kept in a SQL database: rows of results, profiles, and named states.

A history knows no statistics. SQLAlchemy is imported only by the modules of this folder, and these
only where a run has a history.
"""
