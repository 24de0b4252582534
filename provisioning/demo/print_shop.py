"""The demonstration's print shop: a private cupsd with one raw queue, and a printer that keeps what it prints.

    conf = write_config(folder, port)              # once; harmless when repeated
    cups_command(folder)      -> argv of cupsd in the foreground, for a supervisor
    printer_command(folder, port) -> argv of the simulated printer (below)
    socket_of(folder)         -> value for `cups_server` in motcua.toml; the queue is QUEUE

The printer is a network printer as CUPS knows them (IPP over HTTP), because only such a printer can say that it is
out of paper: on a bare port 9100 that looks like a slow printer. What it printed lies in FOLDER/printed/NNNN.pdf.
Trouble is asked for by writing a word into FOLDER/trouble (`out_of_paper`, `gone`) and ends when the file goes.
It is never part of a real box.
"""

import argparse
import os
import pwd
import shutil
import sys
from pathlib import Path

from provisioning.demo.ipp_printer import serve

QUEUE = "giay-hen"
CUPSD_PROGRAM = Path("/usr/sbin/cupsd")  # Debian 12 and 13 alike.
SERVER_BIN = Path("/usr/lib/cups")
JOBS_MAX = 500
SOCKET_BYTES_MAX = 100  # A Unix socket's path may hold 107 bytes.


def write_config(folder: Path, port: int) -> Path:
    """Write a private cupsd's configuration and give the path of cupsd.conf. A queue already there is kept."""
    folder = folder.absolute()
    if len(str(socket_of(folder))) > SOCKET_BYTES_MAX:
        raise ValueError(f"The path of the print shop is too long for a socket: {folder}")
    for name in ("etc", "run", "cache", "spool", "tmp", "log"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    take_programs(folder / "bin")
    settings = folder / "etc" / "cupsd.conf"
    settings.write_text(CUPSD.format(socket=socket_of(folder), jobs=JOBS_MAX))
    (folder / "etc" / "cups-files.conf").write_text(FILES.format(folder=folder, owner=owner()))
    (folder / "etc" / "printers.conf").write_text(PRINTERS.format(queue=QUEUE, port=port))
    return settings


def socket_of(folder: Path) -> Path:
    return folder.absolute() / "run" / "cups.sock"


def take_programs(place: Path) -> None:
    """Copy cupsd and the one backend it needs.

    Debian's AppArmor profile holds /usr/sbin/cupsd to the system's folders. A backend that only its owner may run is
    run by cupsd as its own user: under root it would otherwise be `lp`, which cannot look into a private folder.
    """
    (place / "backend").mkdir(parents=True, exist_ok=True)
    for source, copy in ((CUPSD_PROGRAM, place / "cupsd"), (SERVER_BIN / "backend" / "ipp", place / "backend" / "ipp")):
        copy.unlink(missing_ok=True)
        shutil.copyfile(source, copy)
        copy.chmod(0o700)
    for name in ("daemon", "filter"):
        (place / name).unlink(missing_ok=True)
        (place / name).symlink_to(SERVER_BIN / name)


def cups_command(folder: Path) -> list[str]:
    """Give the command that runs the private cupsd in the foreground, as root or as an ordinary user."""
    folder = folder.absolute()
    etc = folder / "etc"
    return [str(folder / "bin" / "cupsd"), "-f", "-c", str(etc / "cupsd.conf"), "-s", str(etc / "cups-files.conf")]


def printer_command(folder: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "provisioning.demo.print_shop", "printer", "--port", str(port), "--dir", str(folder.absolute())]


def owner() -> str:
    """Name who runs the print jobs: cupsd refuses root, and as an ordinary user there is no other."""
    return "User lp\nGroup lp\n" if os.geteuid() == 0 else f"User {pwd.getpwuid(os.geteuid()).pw_name}\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="print_shop", description="Máy in giả lập của bản trình diễn.")
    parser.add_argument("what", choices=["printer"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    asked = parser.parse_args()
    serve(asked.dir, asked.port)


CUPSD = """# Private print service of the demonstration: one socket, nobody from the network, no web pages.
Listen {socket}
LogLevel error
MaxLogSize 1m
Browsing No
WebInterface No
DefaultAuthType None
PreserveJobFiles No
PreserveJobHistory 86400
MaxJobs {jobs}
ErrorPolicy retry-current-job
JobRetryInterval 5
JobRetryLimit 1000
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues none
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues none
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""
FILES = """ServerRoot {folder}/etc
ServerBin {folder}/bin
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/run
TempDir {folder}/tmp
AccessLog {folder}/log/access
ErrorLog {folder}/log/error
PageLog {folder}/log/page
Printcap
FatalErrors config
SyncOnClose Yes
{owner}"""
PRINTERS = """<DefaultPrinter {queue}>
Info Giay hen
MakeModel Local Raw Printer
DeviceURI ipp://127.0.0.1:{port}/ipp/print
State Idle
Accepting Yes
Shared No
JobSheets none none
ErrorPolicy retry-current-job
</DefaultPrinter>
"""

if __name__ == "__main__":
    main()
