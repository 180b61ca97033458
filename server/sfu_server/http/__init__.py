"""The HTTP side: requests are parsed, carried out on `sfu_server.rooms`, and answered.

requests.py    what clients may send          endpoints.py   one function an endpoint, free of HTTP
envelope.py    the one form of all answers    api.py         binds both to paths and methods
health.py      /healthz                       page.py        the page at /
"""
