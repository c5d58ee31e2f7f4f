"""A WhatsApp simulator with its own port and memory: the demo, the test rig and the judge."""
