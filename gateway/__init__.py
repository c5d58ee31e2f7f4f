"""The edge: the Starlette application, the webhook door and the batchers towards the shards."""
