"""Ends of the wire as processes of their own, that may be killed: python wire_end.py, then one order a line.

Imports once and forks for each order, so that a killed end costs milliseconds. Orders: `agent HOME ROUNDS`, answered with the exit
status of the process; `receiver HOME PORT`, answered with its process id.
"""

import os
import sys
from pathlib import Path

from flask import Flask
from waitress import serve

from appliance.config import Home
from sync.agent import Agent, round_of
from sync.province.api import bp
from sync.province.opened import open_province
from sync.sender import open_sender


def agent(home: Home, rounds: int) -> None:
    """Do rounds until one holds, at most so many."""
    agent = Agent(open_sender(home))
    for _ in range(rounds):
        if round_of(agent):
            break


def receiver(home: Home, port: int) -> None:
    """Serve the province until killed; whoever asks is the one device whose certificate lies in the home."""
    app = Flask("province")
    app.register_blueprint(bp)
    app.extensions["province"] = open_province(home)
    inner, certificate = app.wsgi_app, (home.root / "presented").read_text()

    def as_nginx_does(environ, start):
        environ["HTTP_X_CLIENT_CERT"] = certificate
        return inner(environ, start)

    app.wsgi_app = as_nginx_does
    serve(app, host="127.0.0.1", port=port, threads=4)


def main() -> None:
    """Obey orders until the input ends."""
    for line in sys.stdin:
        what, home, number = line.split()
        child = os.fork()
        if not child:
            {"agent": agent, "receiver": receiver}[what](Home(Path(home)), int(number))
            os._exit(0)
        print(os.waitpid(child, 0)[1] if what == "agent" else child, flush=True)


if __name__ == "__main__":
    main()
