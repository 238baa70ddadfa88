"""Hot path: the wire of HTTP. Imports nothing of ours but charsets."""
