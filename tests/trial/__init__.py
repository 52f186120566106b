"""A course with both its ends on real sockets, and a bridge that may be killed.

The kill tests and the state machine share it.
"""
