"""Video rooms over HTTP and WebSocket, and streams over RabbitMQ, on the `sfu` module.

    http/, ws.py  ->  rooms/    (who is told what)  ->  conference/     ->  media/  ->  sfu
    amqp/         ->  streams/  (who is told what)      (who is where)
    requests,         rules as pure code, and what
    sockets, queues   carries them out in order

`server.py` puts the parts together; `config.py` is all that can be set.
"""
