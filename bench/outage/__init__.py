"""The bars on outages: what an endpoint or an account does must lose no paid work."""
