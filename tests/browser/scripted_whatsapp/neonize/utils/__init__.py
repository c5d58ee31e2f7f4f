"""The real one's needs libmagic and ffmpeg."""
