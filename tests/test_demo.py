"""The live demo in a real browser: its pictures are Python's, it sends nothing away, and it says what it cannot do.

Needs Chromium and Playwright's Python package (`pip install -e ".[browser]"`); skipped with a word without them.
"""

import base64
import functools
import gzip
import http.server
import io
import json
import re
import threading
from urllib.parse import urlsplit

import demo
import numpy as np
import pytest
from _browser import chromium
from PIL import Image

import srlib
from srlib.data.cache import sha256_of
from srlib.image_files import read_image

FIRST_LOAD = 400_000  # bytes, compressed, beside the photograph


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The demo as a folder of its own."""
    folder = tmp_path_factory.mktemp("demo") / "site"
    assert demo.main(["--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def hosts(folder):
    """The address of the demo, on a plain server without special headers, and that of another host; what either was asked."""
    asked = {}

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            asked[self.server.server_port].append(self.path)
            super().do_GET()

        def log_message(self, *_):
            pass

    servers = [
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
        for _ in range(2)
    ]
    asked.update((server.server_port, []) for server in servers)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [(f"http://127.0.0.1:{server.server_port}/", asked[server.server_port]) for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


def opaque(image):
    """The colours of a file that a browser wrote, always with transparency."""
    rgba = np.asarray(image.convert("RGBA"))
    assert (rgba[..., 3] == 255).all()
    return rgba[..., :3]


class Visitor:
    """A page with the demo, as a visitor has it."""

    def __init__(self, page, address):
        self.page, self.requests, self.errors = page, [], []
        page.set_default_timeout(60_000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address)
        self.done("Our photograph")

    def done(self, name):
        """Wait until a picture is enlarged."""
        self.page.get_by_role("status").filter(has_text=f"{name}:").wait_for()

    def give(self, file, content=None):
        """Choose a file."""
        if content is None:
            self.page.locator("#file").set_input_files(file)
        else:
            self.page.locator("#file").set_input_files({"name": file, "mimeType": "", "buffer": content})

    def refused(self):
        """The sentence that the visitor is told."""
        alert = self.page.get_by_role("alert")
        alert.wait_for()
        return alert.inner_text()

    def saved(self):
        """What the visitor gets when they save: its name, and the picture."""
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name="Save as PNG").click()
        return download.value.suggested_filename, opaque(Image.open(download.value.path()))

    def plain(self):
        """The interpolation beside it."""
        rows = self.page.locator(".plain canvas").evaluate_all(
            "all => all.map((canvas) => canvas.toDataURL().split(',')[1])"
        )
        return np.concatenate([opaque(Image.open(io.BytesIO(base64.b64decode(row)))) for row in rows])


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile"), viewport={"width": 1280, "height": 900}) as context:
        yield context


@pytest.fixture(scope="module")
def visitor(browser, hosts):
    visitor = Visitor(browser.new_page(), hosts[0][0])
    yield visitor
    assert visitor.errors == []


def eight_bits(sr):
    return np.rint(255 * sr).astype(int)


def apart(ours, theirs):
    """By how many levels of 8 bits two pictures differ at most."""
    assert ours.shape == theirs.shape
    return np.abs(ours.astype(int) - theirs).max()


def test_the_first_load_is_small_and_from_one_host(visitor, folder, hosts):
    asked = list(dict.fromkeys(hosts[0][1]))
    assert {urlsplit(url).netloc for url in visitor.requests if not url.startswith(("blob:", "data:"))} == {
        urlsplit(hosts[0][0]).netloc
    }
    files = [folder / ("index.html" if path == "/" else path[1:].partition("?")[0]) for path in asked]
    assert all(file.is_file() for file in files) and len(files) > 8, asked
    loaded = sum(len(gzip.compress(file.read_bytes())) for file in files if file.suffix != ".webp")
    assert loaded < FIRST_LOAD, {file.name: file.stat().st_size for file in files}


def test_the_browser_forbids_to_send_anything_away(visitor, hosts):
    other, asked = hosts[1]
    sent = "address => fetch(address, { method: 'POST', body: 'a photograph', mode: 'no-cors' }).then(() => true, () => false)"
    assert not visitor.page.evaluate(sent, other)
    assert visitor.page.evaluate("() => fetch('index.html').then(() => true, () => false)")
    assert asked == []


def test_our_photograph_is_what_python_makes_of_it(visitor, folder):
    lr = read_image(folder / "made" / "photograph.webp")
    assert lr.shape == (256, 256, 3)
    name, sr = visitor.saved()
    assert name == "Our_photograph_x2.png"
    assert apart(sr, eight_bits(srlib.upscale(lr, srlib.load_model("small_x2")))) <= 1
    assert apart(visitor.plain(), eight_bits(srlib.upscale(lr, "bicubic", 2))) <= 1


def test_a_jpeg_that_lies_on_its_side_by_4(visitor, tmp_path, make_image):
    file, exif = tmp_path / "aside.jpg", Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(make_image(137, 150)).save(file, quality=90, subsampling=0, exif=exif)
    visitor.give(file)
    visitor.done("aside.jpg")
    assert visitor.page.get_by_role("radio", name="photo").is_checked()  # as it was compressed
    visitor.page.get_by_role("radio", name="× 4").check()
    visitor.page.get_by_role("status").filter(has_text="150 became 548 × 600").wait_for()
    name, sr = visitor.saved()
    lr = read_image(file)
    assert name == "aside_x4.png" and lr.shape == (150, 137, 3)
    assert apart(sr, eight_bits(srlib.upscale(lr, srlib.load_model("photo_x4")))) <= 1
    visitor.page.get_by_role("radio", name="× 2").check()
    visitor.done("aside.jpg")


def test_transparency_is_laid_on_white(visitor, tmp_path, make_image):
    file = tmp_path / "hole.png"
    image = Image.fromarray(make_image(9, 3)).convert("RGBA")  # too narrow for squares of 4x4
    image.paste((0, 0, 0, 0), (1, 3, 3, 6))
    image.save(file)
    visitor.give(file)
    visitor.page.get_by_role("status").filter(has_text="laid on white").wait_for()
    _, sr = visitor.saved()
    assert apart(sr, eight_bits(srlib.upscale(read_image(file), srlib.load_model("small_x2")))) <= 1


def test_an_image_of_inks_is_enlarged(visitor, tmp_path):
    file = tmp_path / "inks.jpg"
    Image.new("CMYK", (20, 10), (0, 200, 200, 20)).save(file)
    visitor.give(file)
    visitor.done("inks.jpg")
    _, sr = visitor.saved()
    red, green, blue = sr[5, 5].astype(int)
    assert sr.shape == (20, 40, 3) and red > 180 and green < 100 and blue < 100


def huge():
    """A PNG of 400 million pixels, whose file is small."""
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("words.png", lambda: b"no image", r"words.png is not an image .*: choose a JPEG"),
        ("empty.jpg", lambda: b"", r"empty.jpg is not an image .*: choose a JPEG"),
        ("huge.png", huge, r"huge.png has 20000 × 20000 pixels, which is 400 million; .* up to 12.5 million: choose a smaller"),
        ("cut.png", lambda: gray(300)[:150], r"cut.png is (damaged|not an image)"),
    ],
)  # fmt: skip
def test_what_cannot_be_enlarged_gets_a_sentence(visitor, name, content, sentence):
    before = visitor.page.get_by_role("status").inner_text()
    visitor.give(name, content())
    visitor.page.get_by_role("alert").filter(has_text=name).wait_for()
    assert re.match(sentence, visitor.refused()), visitor.refused()
    assert visitor.page.get_by_role("status").inner_text() == before  # what was there stays


def gray(side):
    file = io.BytesIO()
    Image.effect_noise((side, side), 50).save(file, "PNG")
    return file.getvalue()


def test_the_divider_follows_the_keyboard(visitor):
    slider = visitor.page.get_by_role("slider", name="Divider between")
    clip = lambda: visitor.page.locator(".plain").evaluate("layer => layer.style.clipPath")
    slider.focus()
    visitor.page.keyboard.press("Home")
    hidden = clip()
    for _ in range(3):
        visitor.page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "3 % bicubic, 97 % network"
    assert clip() != hidden


def test_all_that_can_be_worked_has_a_name_and_the_page_fits_a_telephone(visitor):
    page = visitor.page
    nameless = """() => [...document.querySelectorAll("input, button, select, progress, [tabindex]")].filter(
        (e) => !(e.getAttribute("aria-label") || e.labels?.length || e.textContent.trim())).map((e) => e.outerHTML)"""
    assert page.evaluate(nameless) == []
    page.set_viewport_size({"width": 390, "height": 800})
    try:
        page.evaluate("document.getElementById('progress').hidden = false")  # as while tiles come
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        page.evaluate("document.getElementById('progress').hidden = true")
        page.set_viewport_size({"width": 1280, "height": 900})


def test_what_is_compiled_was_made_of_the_source():
    noted = (demo.DEMO / "wasm" / demo.COMPILED).read_text("utf-8").split()[0]
    assert noted == sha256_of(demo.DEMO / "wasm" / "conv.c"), "run `python tools/demo.py --compile`"


def test_a_network_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="expected a network of the kind subpixel"):
        demo.steps_of(srlib.build_model("autoencoder", width=4))


def test_equivariant_networks_become_plain_convolutions():
    model = srlib.build_model("subpixel", 2, width=16, blocks=1, symmetry="d4_inversion", channels=1)
    steps, weights = demo.steps_of(model)
    assert [step["op"] for step in steps] == ["luminance", "shift", "conv", "conv", "conv", "conv", "pixels"]
    assert [step.get("add") for step in steps] == [None, None, None, None, 3, None, None]
    assert len(weights) == model.count_params()


def test_the_page_offers_what_ships(folder):
    told = json.loads((folder / "made" / "networks.json").read_text("utf-8"))
    names = [network["name"] for network in told]
    assert {"small_x2", "small_x4", "photo_x2", "photo_x4"} <= set(names)
    assert demo.PHOTOGRAPH in (folder / "index.html").read_text("utf-8")  # where its licence is told
    assert all(network["licence"] and network["not_for"] and network["reach"] == 12 for network in told)


@pytest.mark.slow
def test_three_megapixels_do_not_freeze_the_page(browser, hosts, tmp_path, make_image):
    watched = """
        window.long = []; window.seen = new Set();
        new PerformanceObserver((list) => window.long.push(...list.getEntries().map((task) => task.duration)))
            .observe({ type: "longtask", buffered: true });
        document.addEventListener("DOMContentLoaded", () => new MutationObserver(() =>
            window.seen.add(document.getElementById("told").textContent)).observe(document.body, { subtree: true, childList: true, attributes: true }));
    """
    page = browser.new_page()
    page.add_init_script(watched)
    visitor = Visitor(page, hosts[0][0])
    file = tmp_path / "large.png"
    Image.fromarray(make_image(1500, 2000)).save(file)
    page.evaluate("window.seen.clear()")
    visitor.page.set_default_timeout(600_000)
    visitor.give(file)
    visitor.done("large.png")
    assert "2000 × 1500 became 4000 × 3000" in page.get_by_role("status").inner_text()
    assert page.evaluate("window.seen.size") > 100  # of 192 tiles
    assert max(page.evaluate("window.long"), default=0) < 200
    page.close()
