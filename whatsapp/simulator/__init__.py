"""A WhatsApp simulator with its own port and memory: the demo, the test rig and the judge. See docs/SIMULATOR.md."""

from whatsapp.simulator.service import Simulator, serve

__all__ = ["Simulator", "serve"]
