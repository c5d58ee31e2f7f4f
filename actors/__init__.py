"""Ray shells around engine classes; nothing is decided here."""
