"""A scanner behind SANE. The only module that loads libsane, so it runs in short-lived processes alone (scan_batch.py).

python-sane says every fault by an English sentence, clamps values silently, and dies if a callback raises: hence the
tables, the reading back, and the callback that can't raise.
"""

from collections.abc import Callable, Iterator, Mapping

import sane

from appliance.errors import Refused
from hardware.scanner import A4_MM, Mode, Sheet, Source, Wish

AREA_SLACK_MM = 2.0
EMPTY = "Document feeder out of documents"

FAULT_OF = {
    "Device busy": "scanner_busy",
    "Document feeder jammed": "paper_jam",
    EMPTY: "feeder_empty",
    "Scanner cover is open": "cover_open",
    "Access to resource has been denied": "scanner_denied",
    "Scanner returned no data": "short_page",
    "End of file reached": "short_page",
}
# Opening is how a device is found to be gone: a network scanner stays in the list for ever.
FAULT_AT_OPEN = {"Invalid argument": "scanner_absent", "Error during device I/O": "scanner_absent"}

# Backends agree on no names. Earlier ones are preferred.
NAMES: dict[str, tuple[str, ...]] = {
    Mode.COLOR: ("Color", "24bit Color", "24bit Color[Fast]"),
    Mode.GRAY: ("Gray", "Grayscale", "True Gray", "8bit Gray"),
    Source.FLATBED: ("Flatbed", "FlatBed", "Normal"),
    Source.FEEDER: ("ADF", "Automatic Document Feeder", "ADF Front", "ADF Simplex"),
    Source.DUPLEX: ("ADF Duplex", "Automatic Document Feeder Duplex", "Duplex"),
}


def devices() -> list[dict]:
    """List what SANE offers: name, vendor, model. A device in the list may still be away."""
    sane.init()
    # localOnly hides network scanners, even one on this machine.
    return [dict(zip(("name", "vendor", "model"), device, strict=False)) for device in sane.get_devices(localOnly=False)]


def find(offered: list[dict], wanted: str) -> dict:
    """Choose the device called `wanted`, or the only one whose vendor and model contain it.

    Names of USB scanners change at each replugging, so a configured scanner is best named by vendor and model.
    Raises Refused("scanner_absent") or Refused("scanner_ambiguous").
    """
    exact = [device for device in offered if device["name"] == wanted]
    alike = [device for device in offered if wanted.casefold() in f"{device['vendor']} {device['model']}".casefold()]
    found = exact or alike
    if not found:
        raise Refused("scanner_absent")
    if len(found) > 1:
        raise Refused("scanner_ambiguous", count=len(found))
    return found[0]


class SaneScanner:
    """One opened device (see scanner.Scanner)."""

    def __init__(self, name: str, settings: Mapping[str, object]):
        """Open the device. `settings` are options of this very backend, set after all others."""
        self.settings, self.wish = settings, Wish()
        try:
            self.device = sane.open(name)
        except Exception as error:
            raise refusal(error, {**FAULT_OF, **FAULT_AT_OPEN}) from error

    def prepare(self, wish: Wish) -> None:
        self.wish = wish
        # The source first: it decides which sizes and resolutions there are.
        if "source" in self.device.opt or wish.source is not Source.FLATBED:
            self._set("source", self._named("source", wish.source))
        self._set("mode", self._named("mode", wish.mode))
        self._set("resolution", wish.dpi)
        self._set_area()
        for name, value in self.settings.items():
            self._set(name, value)

    def sheets(self, alive: Callable[[], None]) -> Iterator[Sheet]:
        for n in range(self.wish.pages_max):
            try:
                image = self._snap(alive)
            except Refused as refused:
                if refused.code == "feeder_empty" and n:
                    return
                raise
            yield Sheet(image, self.wish.dpi)
            if self.wish.source is Source.FLATBED:
                return

    def close(self) -> None:
        self.device.cancel()
        self.device.close()

    def _snap(self, alive: Callable[[], None]):
        try:
            self.device.start()
            width, height = self.device.get_parameters()[2]
            image = self.device.snap(True, progress=lambda _line, _lines: alive())
        except Exception as error:
            raise refusal(error) from error
        # A cancelled or broken read ends without an exception; -1 means that the height was not known beforehand.
        if height > 0 and image.size != (width, height):
            raise Refused("short_page")
        return image

    def _named(self, option: str, wish: Mode | Source) -> str:
        offered = self.device[option].constraint if option in self.device.opt else None
        return choose(offered or [], option, wish)

    def _set(self, name: str, value: object) -> None:
        # python-sane would quietly keep an unknown option as an attribute, and a value out of range as another one.
        if name not in self.device.opt:
            raise Refused("scanner_cannot", option=name, wanted=str(value))
        try:
            setattr(self.device, name, value)
            taken = getattr(self.device, name) == value
        except Exception as error:
            raise refusal(error, {"Device busy": "scanner_busy"}, option=name, wanted=str(value)) from error
        if not taken:
            raise Refused("scanner_cannot", option=name, wanted=str(value))

    def _set_area(self) -> None:
        """Ask for A4: the default of many devices is their whole glass."""
        for name, size in zip(("br_x", "br_y"), A4_MM, strict=True):
            if name not in self.device.opt:
                continue
            limits = self.device[name].constraint
            most = limits[1] if isinstance(limits, tuple) else size
            setattr(self.device, name, min(size, most))
            if abs(getattr(self.device, name) - min(size, most)) > AREA_SLACK_MM:
                raise Refused("scanner_cannot", option=name, wanted=str(size))


def choose(offered: list[str], option: str, wish: Mode | Source) -> str:
    """Return the backend's own word for what was wished. Raises Refused("scanner_cannot")."""
    words = {word.casefold(): word for word in offered}
    for name in NAMES[wish]:
        if name.casefold() in words:
            return words[name.casefold()]
    raise Refused("scanner_cannot", option=option, wanted=str(wish))


def refusal(error: Exception, table: dict[str, str] = FAULT_OF, **facts: object) -> Refused:
    """Translate what python-sane raised; what it doesn't know by name is a broken line to the device."""
    if isinstance(error, Refused):
        return error
    code = table.get(str(error), "scanner_cannot" if facts else "scanner_io")
    return Refused(code, **facts)
