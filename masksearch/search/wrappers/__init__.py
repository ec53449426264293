"""What stands between a caller and a back end: each a `SearchBackend` over another one."""
