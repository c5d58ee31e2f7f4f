"""The front door: command line, settings, boot order, the embedded Postgres and Valkey."""
