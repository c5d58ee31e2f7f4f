"""Other people's systems: history clients, outgoing webhooks, the language-model client."""
