"""Every decision of the system, as plain classes and functions over values. No sockets, no clock."""
