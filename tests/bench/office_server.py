"""A commune's pages in a process of their own, for measuring: `python office_server.py HOME` prints its port, ends with stdin."""

import sys
from pathlib import Path
from threading import Thread

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from waitress.server import create_server  # noqa: E402

from appliance.config import Home  # noqa: E402
from web.app import create_app  # noqa: E402

server = create_server(create_app(Home(Path(sys.argv[1])), collect=False), host="127.0.0.1", port=0, threads=8)
print(server.effective_port, flush=True)
Thread(target=server.run, daemon=True).start()
sys.stdin.read()
