"""Write text into a PDF's form fields, each with an appearance of its own, inside the caller's increment.

The appearance embeds the letters it needs, so no reader has to guess a font; filled fields become read-only.
"""

import re
from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints

from appliance.errors import Refused
from appliance.text import nfc
from hardware.stamps import BLACK, LETTERS, TextLook, Type

READ_ONLY = 1
SIZE_DEFAULT_PT = 13.0  # NĐ 30/2020: number and date are set in 13 points.
NESTING_MAX = 8
STRANGE_SHOWN_MAX = 10
FONTS = {
    (False, False): "LiberationSerif-Regular.ttf",
    (True, False): "LiberationSerif-Bold.ttf",
    (False, True): "LiberationSerif-Italic.ttf",
    (True, True): "LiberationSerif-BoldItalic.ttf",
}


def fill_fields(writer: IncrementalPdfFileWriter, values: dict[str, str]) -> None:
    """Write each text into the field of that name. Raises Refused: fill_field_missing, form_field_filled, form_letter_unknown."""
    form = _entry(writer.root, "/AcroForm", {})
    fields = dict(_fields(_entry(form, "/Fields", []), "", NESTING_MAX))
    for name, text in values.items():
        if name not in fields:
            raise Refused("fill_field_missing", field=name)
        if _entry(fields[name], "/V", ""):
            raise Refused("form_field_filled", field=name)
        _fill(writer, form, fields[name], _drawable(nfc(text)))


def _fields(references, prefix: str, depth: int) -> Iterator[tuple[str, generic.DictionaryObject]]:
    """Walk the form; a child without a name of its own is only a picture of its parent."""
    for reference in references if depth else ():
        field = reference.get_object()
        if "/T" in field:
            name = prefix + field["/T"]
            yield name, field
            yield from _fields(_entry(field, "/Kids", []), f"{name}.", depth - 1)


def _fill(writer: IncrementalPdfFileWriter, form, field: generic.DictionaryObject, text: str) -> None:
    kind = _type(form, field)
    field[pdf_name("/V")] = generic.pdf_string(text)
    field[pdf_name("/Ff")] = generic.NumberObject(int(_entry(field, "/Ff", 0)) | READ_ONLY)
    writer.update_container(field)
    for widget in [kid.get_object() for kid in _entry(field, "/Kids", [])] or [field]:
        left, bottom, right, top = (float(edge) for edge in widget["/Rect"])
        box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        TextLook(writer, box, (text,), kind).apply_appearance(widget)
        writer.update_container(widget)


def _drawable(text: str) -> str:
    strange = sorted({letter for letter in text if ord(letter) not in LETTERS})
    if strange:
        raise Refused("form_letter_unknown", letters=" ".join(strange[:STRANGE_SHOWN_MAX]))
    return text


def _type(form, field: generic.DictionaryObject) -> Type:
    """Follow the form's own wish for size, face and side ("/F1 13 Tf"), with our fonts."""
    inherited = {key: _entry(field, key, _entry(form, key, "")) for key in ("/DA", "/Q")}
    wish = re.search(r"(/\S+)\s+([\d.]+)\s+Tf", str(inherited["/DA"]))
    size = float(wish[2]) if wish else 0.0
    fonts = _entry(_entry(form, "/DR", {}), "/Font", {})
    face = str(_entry(_entry(fonts, wish[1] if wish else "", {}), "/BaseFont", ""))
    return Type(BLACK, size or SIZE_DEFAULT_PT, FONTS["Bold" in face, "Italic" in face], int(inherited["/Q"] or 0))


def _entry(holder, key: str, otherwise):
    """Read an entry with its reference followed; pyHanko's own get() does not follow it."""
    return holder[key] if key in holder else otherwise  # noqa: SIM401
