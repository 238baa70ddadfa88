"""Offer an engine over RPC: what pyjm-server runs."""
