"""Writing into the fields of a result inside a pyHanko increment: the clerk's number and date, before the seal.

Bytes that are already signed are never touched: the new values live in what the increment adds.
"""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from appliance.errors import Refused
from appliance.forms.letters import FieldFont, field_font

VALUE_MAX = 200  # Characters.
SIZE_MIN = 7.0  # Points; below that a long value is refused, not made unreadable.
BASELINE = 0.28  # Of the field's height, for a one-line field 17 pt high.


def fill(writer: IncrementalPdfFileWriter, values: dict[str, str]) -> None:
    """Write values into text fields by name, with their appearance. The caller signs or writes the increment out.

    Refuses `form_field_unknown`, `form_field_wrong` (empty, too long for its place) and `form_letter_unknown`.
    """
    fields = {str(field.get_object()["/T"]): field.get_object() for field in writer.root["/AcroForm"]["/Fields"]}
    strangers = [name for name in values if name not in fields or fields[name]["/FT"] != "/Tx"]
    if strangers:
        raise Refused("form_field_unknown", fields=strangers)
    resources = writer.root["/AcroForm"]["/DR"]
    for name, text in values.items():
        write_one(writer, fields[name], text, resources)


def write_one(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject, text: str, resources) -> None:
    """Set one field's value and appearance."""
    left, bottom, right, top = (float(v) for v in field["/Rect"])
    shown = drawn(str(field["/DA"]), int(field.get("/Q", 0)), text, right - left, top - bottom, str(field["/TU"]))
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(generic.FloatObject(v) for v in (0, 0, right - left, top - bottom)),
            pdf_name("/Resources"): generic.DictionaryObject({pdf_name("/Font"): resources["/Font"]}),
        },
        stream_data=shown,
    )
    field[pdf_name("/V")] = generic.TextStringObject(text)
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})
    writer.update_container(field)


def drawn(default: str, quadding: int, text: str, width: float, height: float, label: str) -> bytes:
    """Give the page operators that draw one line in a box of points, smaller when it would not fit."""
    key, asked, *_ = default.split()
    font = field_font(key == "/MCItalic")
    size = fitting(font, text, float(asked), width)
    if not text.strip() or len(text) > VALUE_MAX or size < SIZE_MIN:
        raise Refused("form_field_wrong", fields=[label])
    indent = (width - font.length(text, size)) * quadding / 2
    return (
        f"/Tx BMC q BT {key} {size:.2f} Tf 0 g {indent:.2f} {height * BASELINE:.2f} Td "
        f"<{font.encoded(text).hex()}> Tj ET Q EMC"
    ).encode()


def fitting(font: FieldFont, text: str, size: float, width: float) -> float:
    """Give the size at which a text fits the width; never larger than the size asked for."""
    font.encoded(text)  # Refuses letters that the field cannot draw.
    return min(size, width / max(font.length(text, 1.0), 0.001))
