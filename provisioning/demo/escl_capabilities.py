"""What the simulated scanner says of itself, in eSCL's XML: flatbed, feeder, both sides, colour and gray."""

RESOLUTIONS = (100, 150, 200, 300, 600)
NAMESPACES = 'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def status(busy: bool, feeder: str) -> str:
    """Return ScannerStatus."""
    state = _tag("pwg:Version", "2.63") + _tag("pwg:State", "Processing" if busy else "Idle")
    return f"{HEAD}<scan:ScannerStatus {NAMESPACES}>{state}{_tag('scan:AdfState', feeder)}</scan:ScannerStatus>"


def _tag(name: str, inside: object) -> str:
    return f"<{name}>{inside}</{name}>"


def _capabilities() -> str:
    resolutions = "".join(
        _tag("scan:DiscreteResolution", _tag("scan:XResolution", dpi) + _tag("scan:YResolution", dpi)) for dpi in RESOLUTIONS
    )
    colours = "".join(_tag("scan:ColorMode", mode) for mode in ("Grayscale8", "RGB24"))
    formats = _tag("pwg:DocumentFormat", "image/jpeg") + _tag("scan:DocumentFormatExt", "image/jpeg")
    profile = (
        _tag("scan:ColorModes", colours)
        + _tag("scan:DocumentFormats", formats)
        + _tag("scan:SupportedResolutions", _tag("scan:DiscreteResolutions", resolutions))
    )
    limits = {"MinWidth": 16, "MaxWidth": 2550, "MinHeight": 16, "MaxHeight": 4200, "MaxScanRegions": 1}
    inputs = (
        "".join(_tag(f"scan:{name}", value) for name, value in limits.items())
        + _tag("scan:SettingProfiles", _tag("scan:SettingProfile", profile))
        + _tag("scan:MaxOpticalXResolution", 600)
        + _tag("scan:MaxOpticalYResolution", 600)
    )
    feeder = (
        _tag("scan:AdfSimplexInputCaps", inputs)
        + _tag("scan:AdfDuplexInputCaps", inputs)
        + _tag("scan:FeederCapacity", 50)
        + _tag("scan:AdfOptions", _tag("scan:AdfOption", "DetectPaperLoaded") + _tag("scan:AdfOption", "Duplex"))
    )
    return (
        f"{HEAD}<scan:ScannerCapabilities {NAMESPACES}>"
        + _tag("pwg:Version", "2.63")
        + _tag("pwg:MakeAndModel", "Mot Cua eSCL Simulator")
        + _tag("pwg:SerialNumber", "SIM0001")
        + _tag("scan:UUID", "11111111-2222-3333-4444-555555555555")
        + _tag("scan:Platen", _tag("scan:PlatenInputCaps", inputs))
        + _tag("scan:Adf", feeder)
        + "</scan:ScannerCapabilities>"
    )


CAPABILITIES = _capabilities()
