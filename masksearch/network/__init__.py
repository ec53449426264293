"""How other machines are reached: directly or by a proxy, and by whose certificates.

Every client that asks a server is made with a transport of `masksearch.network.transports`, so
that chat, search and doctor take the same way, and what the environment says wrongly is one
typed error that names the variable.
"""
