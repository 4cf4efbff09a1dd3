"""How Sphinx makes the site. ``python docs/build.py`` calls it, with the pages where it has put them together."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

project = "srlib"
author = "the authors of srlib"
copyright = "the authors of srlib; the lessons and figures under CC BY 4.0"
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "sphinx_copybutton"]
include_patterns = ["**"]
exclude_patterns = ["README.md", "tables/*"]  # other pages include them

# The lessons are shown as they were run: nothing is computed here.
nb_execution_mode = "off"
# By default pages with controls load two scripts from other hosts. Ours show the still image that is stored beside them.
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [("*", "application/vnd.jupyter.widget-view+json", None)]
myst_enable_extensions = ["attrs_block", "colon_fence", "dollarmath"]
myst_heading_anchors = 4
html_math_renderer = "mathml"

autodoc_typehints = "none"  # the docstrings say more
numpydoc_show_class_members = False  # autodoc lists them
autodoc_member_order = "bysource"
python_maximum_signature_line_length = 84
add_module_names = False

highlight_language = "text"  # of a block that does not say: commands and what they print
html_theme = "furo"
html_title = "srlib"
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
pygments_style = "tango"
pygments_dark_style = "github-dark"


def _formula(as_block):
    """Formulas become MathML when the site is built: browsers draw it, screen readers read it, and no script is needed."""

    def visit(self, node):
        formula = tex2mathml(node.astext(), as_block=as_block)
        self.body.append(f'<div class="formula">{formula}</div>' if as_block else formula)
        raise nodes.SkipNode

    return visit, None


def setup(app):
    app.add_html_math_renderer("mathml", inline_renderers=_formula(False), block_renderers=_formula(True))
