"""WhatsApp-Web sessions: a narrow port, its two clients (neonize, simulated), and what a session needs around it."""
