"""The documented REST API, one module per noun."""
