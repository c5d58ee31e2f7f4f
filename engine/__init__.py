"""Every decision of the system, as plain classes and functions over values. Nothing here touches a socket or the clock."""
