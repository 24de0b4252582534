"""Scanned pages as PDF/A: the bytes of each page untouched, the same file every time, nothing in it that wasn't given."""

import io
import re
import unicodedata

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageCms

from hardware import pdfa
from hardware.pdfa import ScannedPage, build
from provisioning.demo import sheets

WHEN = "2026-11-20T18:15:30.123Z"


@pytest.fixture(scope="module")
def pages():
    return [ScannedPage(sheets.draw("to-khai-khai-sinh", 1)), ScannedPage(sheets.draw("giay-chung-sinh", 2, gray=True), 3)]


def test_every_pages_bytes_are_in_the_file_as_they_were_scanned(pages):
    with pikepdf.open(io.BytesIO(build(pages, "Tờ khai", WHEN))) as pdf:
        assert [page.Resources.XObject.Scan.read_raw_bytes() for page in pdf.pages] == [page.jpeg for page in pages]
        assert [page.get("/Rotate") for page in pdf.pages] == [0, 270]
        assert [round(float(side)) for side in pdf.pages[0].MediaBox] == [0, 0, 595, 842]


def test_the_same_pages_make_the_same_file(pages):
    assert build(pages, "Tờ khai", WHEN) == build(pages, "Tờ khai", WHEN)


def test_the_title_is_said_twice_alike_however_it_was_typed(pages):
    decomposed = unicodedata.normalize("NFD", "Hồ sơ <khai sinh> & giấy tờ")
    with pikepdf.open(io.BytesIO(build(pages, decomposed, WHEN))) as pdf:
        assert str(pdf.docinfo.Title) == "Hồ sơ <khai sinh> & giấy tờ"
        assert "Hồ sơ &lt;khai sinh&gt; &amp; giấy tờ" in pdf.Root.Metadata.read_bytes().decode()


def test_nothing_is_told_but_title_time_and_maker(pages):
    with pikepdf.open(io.BytesIO(build(pages, "Tờ khai", WHEN))) as pdf:
        assert sorted(pdf.docinfo.keys()) == ["/CreationDate", "/ModDate", "/Producer", "/Title"]
        assert str(pdf.docinfo.CreationDate) == "D:20261121011530+07'00'"
        said = re.findall(r"<(\w+:\w+)>", pdf.Root.Metadata.read_bytes().decode())
        assert {"dc:title", "pdfaid:part", "xmp:CreateDate"} <= set(said)
        assert not {"dc:creator", "xmp:CreatorTool", "xmpMM:DocumentID"} & set(said)


def test_the_colours_are_those_of_srgb(pages):
    with pikepdf.open(io.BytesIO(build(pages, "Tờ khai", WHEN))) as pdf:
        profile = pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes()
    colours = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))
    ours = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    through = ImageCms.profileToProfile(colours, ours, ImageCms.createProfile("sRGB"))
    assert np.abs(np.asarray(through, int) - np.asarray(colours, int)).max() <= 1


def test_what_cannot_go_in_unchanged_is_refused(pages):
    png, cmyk = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (10, 10)).save(png, "PNG")
    Image.new("CMYK", (10, 10)).save(cmyk, "JPEG")
    for wrong in ([], [ScannedPage(png.getvalue())], [ScannedPage(cmyk.getvalue())], pages * pdfa.PAGES_MAX):
        with pytest.raises(ValueError, match="."):
            build(wrong, "Tờ khai", WHEN)
