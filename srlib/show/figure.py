"""A figure that says in words what it shows, for those who hear a page instead of seeing it.

Matplotlib is imported here, so this module is imported by the first function that draws.
"""

from matplotlib.figure import Figure as MatplotlibFigure


class Figure(MatplotlibFigure):
    """A matplotlib figure with alternative text. A notebook stores it beside the picture, and the site shows it.

    Attributes
    ----------
    alt : str
        What the figure shows, in words. Every function of :mod:`srlib.show` writes it from what it draws; set it to say
        more.
    """

    alt = ""

    def tell(self, *sentences: str) -> None:
        """Set the alternative text; empty sentences are left out."""
        self.alt = ". ".join(sentence.replace("\n", ": ") for sentence in sentences if sentence)

    def words_below(self) -> str:
        """What stands below the images, from the first to the last."""
        words = [axes.get_xlabel() for axes in self.axes]
        return "; ".join(word for word in words if word)

    def _repr_mimebundle_(self, include=None, exclude=None):
        """No picture, which matplotlib's own formatter gives; only what belongs beside it in the notebook."""
        return {}, {"image/png": {"alt": self.alt}}
