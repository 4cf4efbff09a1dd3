"""Slides for a meeting, with the figures that the lessons have stored: one HTML file that needs nothing else.

    python tools/slides.py                                        notebooks/exercises/slides.md -> build/slides.html
    python tools/slides.py mine.md -o mine.html

The source is Markdown: slides are divided by lines of three hyphens, and what follows `Note:` is for the speaker. A line
`[figure](../02_preprocessing.ipynb "words")` stands for the first figure of that lesson whose cell holds the words.
"""

import argparse
import re
import sys
from html import escape
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "notebooks" / "exercises" / "slides.md"
FIGURE = re.compile(r'^\[figure\]\((\S+\.ipynb) "(.+)"\)$', re.M)

STYLE = """
:root { color-scheme: light; font: max(14px, min(2.5vw, 4.4vh))/1.4 system-ui, sans-serif }
body { margin: 0; background: #fff; color: #1a1a1a }
section { box-sizing: border-box; height: 100vh; padding: 1.2rem 2rem 2rem; display: flex; flex-direction: column; outline: none }
section[hidden] { display: none }
h1 { margin: 0 0 0.6rem; font-size: 1.5rem; line-height: 1.2; color: #0b3d6b }
section:first-child h1 { margin-top: 30vh; font-size: 2rem }
p, ul, ol { margin: 0.4rem 0 }
li { margin: 0.3rem 0 }
code { font-size: 0.9em; background: #eee; padding: 0 0.2em }
figure { flex: 1 1 0; min-height: 0; margin: 0.2rem 0; text-align: center }
figure img { width: 100%; height: 100%; object-fit: contain }
aside { display: none; flex: none; margin-top: auto; padding: 0.4rem 0.8rem; font-size: 0.8rem; background: #fff6d6; border-left: 4px solid #8a6d00 }
.notes aside { display: block }
nav { position: fixed; right: 0.6rem; bottom: 0.4rem; font-size: 0.6rem; color: #444 }
nav button { font: inherit; color: inherit; background: #fff; border: 1px solid #767676; border-radius: 3px; cursor: pointer }
@page { size: 13.333in 7.5in; margin: 0 }
@media print {
  :root { font-size: 0.33in }
  section, section[hidden] { display: flex; height: 7.5in; break-after: page; break-inside: avoid }
  section:first-child h1 { margin-top: 2in }
  nav { display: none }
}
"""

SCRIPT = """
const slides = [...document.querySelectorAll("section")], counter = document.querySelector("nav span");
let at = 0, other = window.opener;  // the window with the notes was opened by the one with the slides
function show(number, tell = true) {
  at = Math.min(Math.max(number, 0), slides.length - 1);
  slides.forEach((slide, i) => { slide.hidden = i !== at; });
  counter.textContent = `${at + 1} / ${slides.length}`;
  history.replaceState(null, "", `#${at + 1}`);
  slides[at].focus();
  if (tell && other) other.postMessage(at, "*");
}
function notes() { document.body.classList.toggle("notes"); }
function speaker() { other = window.open(location.href, "notes"); }
const keys = {
  ArrowRight: () => show(at + 1), ArrowDown: () => show(at + 1), PageDown: () => show(at + 1), " ": () => show(at + 1),
  ArrowLeft: () => show(at - 1), ArrowUp: () => show(at - 1), PageUp: () => show(at - 1),
  Home: () => show(0), End: () => show(slides.length - 1), n: notes, s: speaker,
};
document.addEventListener("keydown", (event) => {
  const pressed = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
  if (!pressed || event.target.closest("button")) return;
  event.preventDefault();
  pressed();
});
addEventListener("message", (event) => { if (event.source === other) show(event.data, false); });
addEventListener("hashchange", () => show(parseInt(location.hash.slice(1)) - 1 || 0));
const buttons = [() => show(at - 1), () => show(at + 1), notes, speaker];
document.querySelectorAll("nav button").forEach((button, i) => { button.onclick = buttons[i]; });
if (other) notes();
show(parseInt(location.hash.slice(1)) - 1 || 0, false);
"""

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body><main>
{slides}
</main>
<nav aria-label="Slides"><button aria-label="Previous slide">&lt;</button> <span></span>
<button aria-label="Next slide">&gt;</button> <button>Notes</button> <button>Speaker's window</button></nav>
<script>{script}</script></body></html>
"""


def figure(notebook: Path, words: str) -> str:
    """The HTML of the first figure of a lesson whose cell holds some words, with its alternative text.

    Parameters
    ----------
    notebook : Path
    words : str
        A piece of the cell's code.

    Returns
    -------
    str
    """
    seen = []
    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", ()):
            picture = output.get("data", {}).get("image/png")
            if picture and words in cell.source:
                text = output.metadata.get("image/png", {}).get("alt", "")
                if not text:
                    raise ValueError(f"the figure {words!r} of {notebook.name} has no alternative text; give it one.")
                data = picture.replace("\n", "")
                return f'<figure><img alt="{escape(text)}" src="data:image/png;base64,{data}"></figure>'
            if picture:
                seen.append(cell.source.strip().splitlines()[-1][:60])
    raise ValueError(
        f"{notebook.name} has no figure whose cell holds {words!r}; expected words from one of: {'; '.join(seen)}."
    )


def page(source: Path) -> str:
    """The slides as one HTML page.

    Parameters
    ----------
    source : Path
        Markdown, as the module says.

    Returns
    -------
    str
    """
    markdown, slides = MarkdownIt("commonmark", {"html": True}), []
    parts = re.split(r"(?m)^---$", source.read_text("utf-8"))
    for number, part in enumerate(parts, 1):
        shown, _, note = part.partition("\nNote:")
        shown = FIGURE.sub(lambda found: figure(source.parent / found[1], found[2]), shown)
        aside = f'<aside aria-label="Note for the speaker">{markdown.render(note.strip())}</aside>' if note else ""
        label = f'aria-label="Slide {number} of {len(parts)}"'
        slides.append(f'<section {label} tabindex="-1">{markdown.render(shown)}{aside}</section>')
    title = re.search(r"(?m)^# (.*)$", parts[0])[1]
    return PAGE.format(title=escape(title), style=STYLE, slides="\n".join(slides), script=SCRIPT)


def main(argv: list[str] | None = None) -> int:
    """Write the page; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "source", nargs="?", type=Path, default=SOURCE, help="Markdown; the 90-minute plan unless given"
    )
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "build" / "slides.html")
    args = parser.parse_args(argv)
    try:
        text = page(args.source)
    except (ValueError, OSError) as error:
        print(f"slides: {error}", file=sys.stderr)
        return 1
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(text, "utf-8")
    print(f"{args.out}: {text.count('<section')} slides, {text.count('<img')} figures, {len(text) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
