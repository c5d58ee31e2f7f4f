"""Only the real one's numbers of events would stand here; nothing asks a client's library for them."""
