"""Video rooms over HTTP and WebSocket, on the `sfu` module.

    http/, ws.py  ->  rooms/ (who is where, who is told what)  ->  media.py  ->  sfu
    requests,         rules as pure code, and one live room
    sockets           that carries them out in order

`server.py` puts the parts together; `config.py` is all that can be set.
"""
