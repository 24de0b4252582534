"""What is seen on a page, and the images made from it; the pages are drawn like the papers citizens bring."""

import io

import pytest
from PIL import Image, ImageFilter

from hardware import imaging
from hardware.barcodes import read_codes
from provisioning.demo import sheets

WRITTEN = [kind for kind in sheets.KINDS if kind != "giay-trang"]


def changed(jpeg: bytes, change) -> bytes:
    out = io.BytesIO()
    change(Image.open(io.BytesIO(jpeg))).save(out, "JPEG", quality=78, dpi=(200, 200))
    return out.getvalue()


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("turns", range(4))
def test_a_page_fed_the_wrong_way_round_is_noticed(kind, turns):
    fed = imaging.turn(sheets.draw(kind, 1), turns)
    assert (imaging.look(fed).turns + turns) % 4 == 0


def test_blank_paper_is_told_from_a_page_with_two_lines():
    assert imaging.look(sheets.draw("giay-trang", 1)).blank
    assert imaging.look(sheets.draw("giay-trang", 1, dpi=300, gray=True)).blank
    assert not imaging.look(sheets.draw("to-khai-khai-sinh", 1, back=True)).blank


@pytest.mark.parametrize("degrees", [-4.0, -1.5, 0.8, 3.0])
def test_skew_is_measured_and_taken_out(degrees):
    straight = sheets.draw("to-khai-hon-nhan", 1)
    crooked = changed(straight, lambda page: page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white"))
    angle = imaging.look(crooked).angle
    assert angle == pytest.approx(degrees + imaging.look(straight).angle, abs=0.3)
    assert imaging.look(imaging.straighten(crooked, angle)).angle == pytest.approx(0, abs=0.3)


def test_a_page_out_of_focus_is_flagged():
    page = sheets.draw("giay-chung-sinh", 1)
    assert not imaging.look(page).blurred
    assert imaging.look(changed(page, lambda image: image.filter(ImageFilter.GaussianBlur(4)))).blurred


def test_a_thumbnail_is_small_and_keeps_its_colours():
    thumbnail = Image.open(io.BytesIO(imaging.thumbnail(sheets.draw("giay-chung-sinh", 1))))
    assert max(thumbnail.size) == imaging.THUMBNAIL_SIDE_PX
    assert any(red > green + 40 for red, green, _ in thumbnail.get_flattened_data())  # The seal.


def test_a_turned_page_shows_the_same_and_four_quarters_change_no_byte():
    page = sheets.draw("giay-uy-quyen", 5)
    assert Image.open(io.BytesIO(imaging.turn(page, 1))).size == (2339, 1654)
    assert read_codes(imaging.turn(page, 3)) == read_codes(page) == ["TO|giay-uy-quyen|5|front"]
    assert imaging.turn(page, 4) is page


def test_what_is_no_image_is_refused_and_holds_no_codes():
    with pytest.raises(ValueError, match="not an image"):
        imaging.look(b"not a page")
    assert read_codes(b"not a page") == []
