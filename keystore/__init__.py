"""Keys and trust: the TLS material of the links between controller and servers."""
