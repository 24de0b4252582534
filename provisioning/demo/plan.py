"""What a demonstration consists of: two homes, their ports, and every program that the supervisor keeps running. Pure."""

import sys
from dataclasses import dataclass
from pathlib import Path

from appliance.config import Home
from provisioning.debian import DIE_WITH_US, NGINX, NICE
from provisioning.demo import print_shop, tokens

PORT_BASE = 8400
LOOPBACK = "127.0.0.1"
PYTHON = sys.executable
BIN = Path(sys.executable).parent
LOG_BYTES_MAX = 2 * 1024 * 1024  # Of a program, the lines of calls of its nginx among them: then the file is turned over,
LOGS_KEPT = 1  # and so many earlier ones stay.
SCANNERS = {"quay-1": "Mot Cua", "thu": "test:0"}  # Name of a worker, and the device it drives: the eSCL simulator, SANE's own.


@dataclass(frozen=True)
class Demo:
    """One demonstration: the folder that holds it all, and the first of its ports."""

    root: Path
    port_base: int = PORT_BASE

    commune = property(lambda self: Home(self.root / "commune"))
    province = property(lambda self: Home(self.root / "province"))
    folder = property(lambda self: self.root / "demo")
    authority = property(lambda self: self.folder / "authority")
    tokens = property(lambda self: self.folder / "tokens")
    printer = property(lambda self: self.folder / "printer")
    sane = property(lambda self: self.folder / "sane")
    laid_out = property(lambda self: self.folder / "laid-out")
    line_cut = property(lambda self: self.folder / "run" / "line-is-cut")
    ready = property(lambda self: self.folder / "run" / "ready")
    supervisor_socket = property(lambda self: self.folder / "run" / "supervisor.sock")

    commune_port = property(lambda self: self.port_base + 43)
    province_port = property(lambda self: self.port_base + 143)
    line_to_province_port = property(lambda self: self.port_base + 144)
    authority_port = property(lambda self: self.port_base + 180)
    line_to_authority_port = property(lambda self: self.port_base + 181)
    scanner_port = property(lambda self: self.port_base + 190)
    printer_port = property(lambda self: self.port_base + 191)
    replica_port = property(lambda self: self.port_base + 192)
    switch_port = property(lambda self: self.port_base + 200)

    commune_url = property(lambda self: f"https://{LOOPBACK}:{self.commune_port}")
    province_url = property(lambda self: f"https://{LOOPBACK}:{self.province_port}")
    switch_url = property(lambda self: f"http://{LOOPBACK}:{self.switch_port}")
    line_to_province_url = property(lambda self: f"https://{LOOPBACK}:{self.line_to_province_port}")
    line_to_authority_url = property(lambda self: f"http://{LOOPBACK}:{self.line_to_authority_port}")


def remembered_base(root: Path) -> int | None:
    """Give the first port a demonstration was laid out with: it stands in its certificates, so it stays; None before."""
    laid_out = Demo(root).laid_out
    return int(laid_out.read_text()) if laid_out.exists() else None


@dataclass(frozen=True)
class Program:
    """One process the supervisor keeps alive. `order`: lower starts first and stops last; `nice`: higher gives way to the pages."""

    name: str
    command: tuple[str | int | Path, ...]
    log: Path
    environment: tuple[tuple[str, str], ...] = ()
    order: int = 50
    nice: int = 0

    @property
    def command_line(self) -> str:
        """Give the command as supervisor reads it; it ends with the supervisor, whatever ends that."""
        return " ".join(f'"{word}"' for word in (*DIE_WITH_US, *NICE, self.nice, *self.command)).replace("%", "%%")

    @property
    def environment_line(self) -> str:
        """Give the environment as supervisor reads it."""
        return ",".join(f'{name}="{value}"' for name, value in self.environment).replace("%", "%%")


def programs(demo: Demo) -> tuple[Program, ...]:
    """List every program of the demonstration."""
    return (*commune_programs(demo), *province_programs(demo), *demo_programs(demo))


def commune_programs(demo: Demo) -> tuple[Program, ...]:
    """List what runs on the commune's box."""
    home, log = demo.commune, demo.commune.log
    motcua = str(BIN / "motcua")
    return (
        Program("commune-web", (motcua, "web", "--home", home.root), log / "web.log", order=10),
        Program("commune-agent", (motcua, "agent", "--home", home.root), log / "agent.log", nice=5),
        Program("commune-replica", (motcua, "replicate", "--home", home.root, "--port", demo.replica_port), log / "replica.log"),
        Program("commune-nginx", (NGINX, "-e", "stderr", "-c", home.run / "nginx.conf"), log / "nginx.log", order=20),
        *(scan_program(demo, name, scanner) for name, scanner in SCANNERS.items()),
        Program(
            "token",
            (PYTHON, "-m", "hardware.token_worker", "--socket", home.run / "token.sock", "--module", tokens.MODULE)
            + ("--spool", home.spool, "--trust", home.trust, "--run", home.run),
            log / "token.log",
            (("SOFTHSM2_CONF", str(tokens.configuration(demo.tokens))),),
        ),
    )


def scan_program(demo: Demo, name: str, scanner: str) -> Program:
    """Give the worker of one scanner."""
    home = demo.commune
    return Program(
        f"scan-{name}",
        (PYTHON, "-m", "hardware.scan_worker", "--socket", home.run / f"scan-{name}.sock", "--spool", home.spool)
        + ("--sane-config", demo.sane / name, "--scanner", scanner, "--run", home.run),
        home.log / f"scan-{name}.log",
    )


def province_programs(demo: Demo) -> tuple[Program, ...]:
    """List what runs at the province."""
    home, log = demo.province, demo.province.log
    return (
        Program("province-web", (str(BIN / "motcua"), "province", "--home", home.root), log / "web.log", order=10),
        Program("province-nginx", (NGINX, "-e", "stderr", "-c", home.run / "nginx.conf"), log / "nginx.log", order=20),
    )


def demo_programs(demo: Demo) -> tuple[Program, ...]:
    """List what stands in for the world outside: line, authority, scanner, printer."""
    log, module = demo.folder / "log", (PYTHON, "-m")
    return (
        Program(
            "line",
            (*module, "provisioning.demo.relay", "--home", demo.root, "--port-base", demo.port_base),
            log / "line.log",
            order=30,
        ),
        Program(
            "authority",
            (*module, "provisioning.demo.authority", "--dir", demo.authority, "--port", demo.authority_port)
            + ("--url", demo.line_to_authority_url),
            log / "authority.log",
            nice=10,
        ),
        Program(
            "scanner", (*module, "provisioning.demo.escl_simulator", "--port", demo.scanner_port), log / "scanner.log", nice=10
        ),
        Program("cups", tuple(print_shop.cups_command(demo.printer)), log / "cups.log"),
        Program("printer", tuple(print_shop.printer_command(demo.printer, demo.printer_port)), log / "printer.log", nice=10),
    )
