"""Two sets stand beside each other field by field, and names are text."""

import pytest

from glan_core.figures.palette import Ground
from glan_core.figures.two_sets import FieldShares, two_sets

FIELDS = [FieldShares("Natural Science", 4.5, 89.0), FieldShares("<b>Services</b> for everybody and more", 1.0, 0.0)]


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_every_field_has_a_bar_of_each_set(ground: Ground):
    figure = two_sets(FIELDS, n=1_234, other_name="<i>theirs</i>", ground=ground)
    own, other = figure.data
    assert (list(own.x), list(other.x)) == ([4.5, 1.0], [89.0, 0.0])
    assert (own.name, other.name) == ("Your pairs", "&lt;i&gt;theirs&lt;/i&gt;")
    assert "1,234" in figure.layout.title.text
    assert figure.layout.yaxis.ticktext[0] == "Natural Science"
    assert "<b>" not in figure.layout.yaxis.ticktext[1]
