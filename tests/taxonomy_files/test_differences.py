"""An import is known beforehand: what is new, renamed, moved, changed, and what the file does not name."""

import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from glan_core import ids
from glan_core.entities import TaxonomyNode
from glan_core.errors import TaxonomyFileError
from glan_core.taxonomy_files import (
    FORMATS,
    TaxonomyDifferences,
    apply_differences,
    read_taxonomy_file,
    taxonomy_differences,
    write_taxonomy_file,
)
from tests.taxonomy_files.taxonomies import by_id, kept, nodes_of, taxonomies

NODES = nodes_of("Natural Science\n  Physical sciences\n    Physics\n    Chemistry\n  Earth sciences\n    Geology")
FIELD, PHYSICAL, PHYSICS, CHEMISTRY, EARTH, GEOLOGY = NODES


def compared(text: str, nodes: tuple[TaxonomyNode, ...] = NODES, *, format_: str = "outline") -> TaxonomyDifferences:
    """Compare a file with the small tree."""
    return taxonomy_differences(nodes, read_taxonomy_file(text.encode(), format_=format_))


def below_physical_sciences(disciplines: str) -> str:
    """Give YAML that names the tree's first sub-field with these disciplines, in flow style."""
    return (
        "- name: Natural Science\n  position: null\n  sub_fields:\n"
        f"  - name: Physical sciences\n    position: null\n    disciplines: [{disciplines}]\n"
    )


def having(**changes: object) -> tuple[TaxonomyNode, ...]:
    """Give the tree with another Physics."""
    return tuple(dataclasses.replace(node, **changes) if node is PHYSICS else node for node in NODES)


def test_new_nodes_are_ready_to_be_inserted():
    new = compared("Natural Science\n  Life sciences\n    Botany").new
    field_id = FIELD.taxonomy_node_id
    sub_field_id = ids.taxonomy_node_id(field_id, "Life sciences")
    assert [added.node for added in new] == [
        TaxonomyNode(sub_field_id, field_id, "sub_field", "Life sciences"),
        TaxonomyNode(ids.taxonomy_node_id(sub_field_id, "Botany"), sub_field_id, "discipline", "Botany"),
    ]
    assert [(added.file_node.line, added.file_node.parent) for added in new] == [(2, 0), (3, 1)]


def test_a_new_node_has_all_that_the_file_says():
    added = "{name: Optics, description: Light, status: pending, target: 3, origin: paper, position: 9}"
    (new,) = compared(below_physical_sciences(added), format_="yaml").new
    assert (new.node.description, new.node.status, new.node.target, new.node.origin, new.node.position) == (
        "Light",
        "pending",
        3,
        "paper",
        9,
    )


def test_a_renamed_node_is_told_with_its_new_name():
    differences = compared("Natural Science\n  Physical sciences\n    Applied physics\n    Chemistry")
    assert differences.renamed == ((PHYSICS, "Applied physics"),)
    assert differences.new == ()


def test_a_new_letter_case_is_a_new_name():
    assert compared("Natural science").renamed == ((FIELD, "Natural science"),)


def test_a_moved_node_is_told_with_its_new_parent():
    differences = compared("Natural Science\n  Earth sciences\n    Geology\n    Chemistry")
    assert differences.moved == ((CHEMISTRY, EARTH.taxonomy_node_id),)


def test_a_node_may_move_below_a_new_one():
    differences = compared("Natural Science\n  Life sciences\n    Chemistry")
    assert differences.moved == ((CHEMISTRY, differences.new[0].node.taxonomy_node_id),)


def test_only_columns_that_the_file_says_and_that_differ_are_changed():
    text = below_physical_sciences("{name: Physics, description: Matter, target: 5, status: kept, position: 2}")
    assert compared(text, having(target=5), format_="yaml").changed == (
        (having(target=5)[2], {"description": "Matter", "position": 2}),
    )


def test_what_a_file_does_not_say_stays_as_it_is():
    nodes = having(description="Matter", target=5, status="pending", origin="model", position=3)
    assert compared("Natural Science\n  Physical sciences\n    Physics", nodes).changed == ()


def test_origins_are_never_changed():
    text = below_physical_sciences("{name: Physics, position: null, origin: paper}")
    assert compared(text, format_="yaml").changed == ()


def test_a_removed_node_that_the_file_names_comes_back():
    nodes = having(status="removed")
    assert compared("Natural Science\n  Physical sciences\n    Physics", nodes).changed == (
        (nodes[2], {"status": "kept"}),
    )


def test_a_file_can_remove_a_node():
    text = below_physical_sciences("{name: Physics, position: null, status: removed}")
    assert compared(text, format_="yaml").changed == ((PHYSICS, {"status": "removed"}),)


def test_kept_nodes_that_the_file_does_not_name_are_missing():
    assert compared("Natural Science\n  Physical sciences\n    Physics").missing == (CHEMISTRY, EARTH, GEOLOGY)


def test_neither_pending_nodes_nor_what_stands_below_removed_ones_are_missing():
    statuses = {EARTH: "removed", CHEMISTRY: "pending"}
    nodes = tuple(dataclasses.replace(node, status=statuses.get(node, "kept")) for node in NODES)
    assert compared("Natural Science\n  Physical sciences\n    Physics", nodes).missing == ()


def test_a_file_that_would_bring_a_name_twice_is_refused():
    text = below_physical_sciences(f"{{name: Chemistry, position: null, id: {PHYSICS.taxonomy_node_id}}}")
    with pytest.raises(TaxonomyFileError) as caught:
        compared(text, format_="yaml")
    assert caught.value.problems == (
        "line 6: the discipline 'Chemistry' would stand beside another of that name, which the file does not name.",
    )


def test_two_nodes_may_exchange_their_names():
    swapped = (
        f"{{name: Chemistry, position: null, id: {PHYSICS.taxonomy_node_id}}}, "
        f"{{name: Physics, id: {CHEMISTRY.taxonomy_node_id}}}"
    )
    differences = compared(below_physical_sciences(swapped), format_="yaml")
    assert differences.renamed == ((PHYSICS, "Chemistry"), (CHEMISTRY, "Physics"))


def test_names_that_were_there_twice_before_do_not_keep_a_file_out():
    twin = dataclasses.replace(PHYSICS, taxonomy_node_id=ids.stable_id("twin"), name="PHYSICS")
    assert compared("Natural Science\n  Life sciences", (*NODES, twin)).new


@pytest.mark.parametrize("format_", FORMATS)
@given(data=st.data())
def test_after_an_import_the_file_differs_in_nothing_any_more(format_: str, data: st.DataObject):
    names = st.sampled_from(["Physics", "physics", "Applied physics", "Optics", "Geology", "Earth"])
    nodes = data.draw(taxonomies(name_strategy=names))
    other = data.draw(taxonomies(name_strategy=names))
    assume(kept(other))
    file_nodes = read_taxonomy_file(write_taxonomy_file(other, format_=format_).encode(), format_=format_)
    try:
        differences = taxonomy_differences(nodes, file_nodes)
    except TaxonomyFileError:
        return  # the tests above hold when this is
    after = apply_differences(nodes, differences)
    again = taxonomy_differences(after, file_nodes)
    assert again[:4] == ((), (), (), ())
    assert by_id(nodes).keys() <= by_id(after).keys()
