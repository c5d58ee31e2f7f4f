"""Long work, kind by kind: what a kind gets (tools), which there are (kinds), and what runs them (running)."""
