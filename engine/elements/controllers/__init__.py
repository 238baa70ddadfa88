"""Plan controllers: what comes next."""
