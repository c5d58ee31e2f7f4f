"""Transports: Meta Cloud API, and the simulator as a program of its own."""
