"""A taxonomy that was written reads back as it was, as far as its format carries it."""

import csv
import io
import json
import re

import pytest
import yaml
from hypothesis import assume, given

from glan_core import ids
from glan_core.entities import TaxonomyNode
from glan_core.errors import TaxonomyFileError
from glan_core.starter import CURRICULUM_FOLDER, read_curriculum
from glan_core.taxonomy_files import FORMATS, read_taxonomy_file, taxonomy_differences, write_taxonomy_file
from tests.small_curriculum import small_curriculum
from tests.taxonomy_files.taxonomies import by_id, kept, nodes_of, not_removed, taxonomies

Nodes = tuple[TaxonomyNode, ...]


def there_and_back(nodes: Nodes, format_: str) -> Nodes:
    """Write nodes, and give those that a fresh database gets from the file."""
    text = write_taxonomy_file(nodes, format_=format_)
    file_nodes = read_taxonomy_file(text.encode(), format_=format_)
    return tuple(new.node for new in taxonomy_differences((), file_nodes).new)


@pytest.mark.parametrize("format_", ["yaml", "json"])
@given(nodes=taxonomies())
def test_yaml_and_json_lose_nothing(format_: str, nodes: Nodes):
    assert by_id(there_and_back(nodes, format_)) == by_id(nodes)


@given(nodes=taxonomies())
def test_csv_keeps_every_column_of_what_is_not_removed(nodes: Nodes):
    left = not_removed(nodes)
    assume(left)
    assert by_id(there_and_back(nodes, "csv")) == by_id(left)


@given(nodes=taxonomies())
def test_markdown_keeps_names_and_descriptions(nodes: Nodes):
    left = kept(nodes)
    assume(left)
    file_nodes = read_taxonomy_file(write_taxonomy_file(nodes, format_="markdown").encode(), format_="markdown")
    told = sorted((node.level, node.name, lines(node.description or "")) for node in file_nodes)
    assert told == sorted((node.level, node.name, lines(node.description)) for node in left)


@given(nodes=taxonomies())
def test_an_outline_keeps_names_and_places(nodes: Nodes):
    left = kept(nodes)
    assume(left)
    file_nodes = read_taxonomy_file(write_taxonomy_file(nodes, format_="outline").encode(), format_="outline")
    names = {node.taxonomy_node_id: node.name for node in left}
    told = sorted((node.name, file_nodes[node.parent].name if node.parent is not None else "") for node in file_nodes)
    assert told == sorted((node.name, names.get(node.parent_id or "", "")) for node in left)


@pytest.mark.parametrize("format_", FORMATS)
@given(nodes=taxonomies())
def test_what_was_written_differs_in_nothing_from_what_is_there(format_: str, nodes: Nodes):
    assume(kept(nodes))
    file_nodes = read_taxonomy_file(write_taxonomy_file(nodes, format_=format_).encode(), format_=format_)
    assert not any(taxonomy_differences(nodes, file_nodes))


@pytest.mark.parametrize("format_", FORMATS)
def test_the_order_in_which_nodes_are_given_does_not_matter(format_: str):
    nodes = small_curriculum().curriculum.taxonomy_nodes
    assert write_taxonomy_file(nodes[::-1], format_=format_) == write_taxonomy_file(nodes, format_=format_)


def test_yaml_has_the_shape_of_the_shipped_taxonomy():
    kept = [node for node in read_curriculum().taxonomy_nodes if node.status == "kept"]
    written = write_taxonomy_file(kept, format_="yaml")
    shipped = (CURRICULUM_FOLDER / "taxonomy.yaml").read_text(encoding="utf-8")
    assert lines_that_are_in_both_shapes(written) == lines_that_are_in_both_shapes(shipped)


def test_yaml_says_only_what_a_reader_could_not_work_out():
    field, sub_field = nodes_of("Natural Science\n  Physical sciences")
    other = TaxonomyNode(ids.stable_id("any"), None, "field", "Services: all", "", "pending", 5, "model", None)
    assert write_taxonomy_file([field, sub_field, other], format_="yaml") == (
        "- name: Natural Science\n"
        "  position: null\n"
        "  sub_fields:\n"
        "    - name: Physical sciences\n"
        "      position: null\n"
        '- name: "Services: all"\n'
        f"  id: {ids.stable_id('any')}\n"
        "  status: pending\n"
        "  origin: model\n"
        "  target: 5\n"
    )


def test_every_yaml_parser_reads_the_names_as_text():
    names = ["No", "1984", "a: b", "- a", "# a", "a\u2028b", "🎓", "null"]
    nodes = [TaxonomyNode(ids.taxonomy_node_id(None, name), None, "field", name) for name in names]
    read = yaml.load(write_taxonomy_file(nodes, format_="yaml"), Loader=yaml.SafeLoader)
    assert sorted(node["name"] for node in read) == sorted(names)


def test_json_holds_the_same_as_yaml():
    nodes = small_curriculum().curriculum.taxonomy_nodes
    data = json.loads(write_taxonomy_file(nodes, format_="json"))
    assert data == yaml.safe_load(write_taxonomy_file(nodes, format_="yaml"))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1", "＝1"])
def test_no_cell_of_a_csv_is_a_formula(name: str):
    node = TaxonomyNode(ids.taxonomy_node_id(None, name), None, "field", name, name)
    (row,) = csv.DictReader(io.StringIO(write_taxonomy_file([node], format_="csv"), newline=""))
    assert (row["name"], row["description"]) == (f"'{name}", f"'{name}")
    assert there_and_back((node,), "csv") == (node,)


def test_an_apostrophe_that_guards_nothing_stays_alone():
    node = TaxonomyNode(ids.taxonomy_node_id(None, "'tis"), None, "field", "'tis")
    assert ",'tis," in write_taxonomy_file([node], format_="csv")


def test_markdown_shows_no_markup_of_a_model():
    node = TaxonomyNode(ids.taxonomy_node_id(None, "<b>*x*</b>"), None, "field", "<b>*x*</b>", "# Not a heading")
    text = write_taxonomy_file([node], format_="markdown")
    assert text == "# \\<b\\>\\*x\\*\\</b\\>\n\n\\# Not a heading\n"


@pytest.mark.parametrize("format_", ["csv", "markdown", "outline"])
def test_what_stands_below_a_removed_node_is_left_out_with_it(format_: str):
    nodes = nodes_of("Agriculture\nServices\n  Tourism")
    removed = list(nodes)
    removed[1] = TaxonomyNode(nodes[1].taxonomy_node_id, None, "field", "Services", status="removed")
    text = write_taxonomy_file(removed, format_=format_)
    assert "Agriculture" in text
    assert not re.search("Services|Tourism", text)


def test_a_removed_node_may_share_its_name_with_one_that_took_its_place():
    parent, old = nodes_of("Services\n  Tourism")
    old = TaxonomyNode(old.taxonomy_node_id, old.parent_id, "sub_field", "Tourism", status="removed")
    new = TaxonomyNode(ids.stable_id("second"), old.parent_id, "sub_field", "Tourism")
    assert by_id(there_and_back((parent, old, new), "yaml")) == by_id((parent, old, new))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_node_without_its_parent_is_not_lost_in_silence(format_: str):
    _, sub_field = nodes_of("Services\n  Tourism")
    with pytest.raises(TaxonomyFileError, match="'Tourism' cannot be written"):
        write_taxonomy_file([sub_field], format_=format_)


def test_an_unknown_format_is_refused_in_both_directions():
    with pytest.raises(TaxonomyFileError, match="no taxonomy format 'xml'"):
        write_taxonomy_file([], format_="xml")
    with pytest.raises(TaxonomyFileError, match="no taxonomy format 'xml'"):
        read_taxonomy_file(b"", format_="xml")


def lines(text: str) -> list[str]:
    """Give a text's lines as an editor shows them, without outer space."""
    return re.split("\r\n|\r|\n", text.strip())


def lines_that_are_in_both_shapes(text: str) -> list[str]:
    """Leave out comments and origins; the shipped file says no other than `ours`."""
    return [line for line in text.splitlines() if not line.startswith("#") and "origin: " not in line]
