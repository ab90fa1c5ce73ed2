"""A file is taken whole, or refused whole with the line of each problem."""

import time

import pytest

from glan_core import ids
from glan_core.errors import TaxonomyFileError
from glan_core.starter import CURRICULUM_FOLDER, read_curriculum
from glan_core.taxonomy_files import FORMATS, read_taxonomy_file, taxonomy_differences
from glan_core.taxonomy_files.reading import MOST_BYTES, MOST_LINES

ID = ids.stable_id("one")


def refused(data: str | bytes, format_: str) -> tuple[str, ...]:
    """Give the problems for which a file is refused."""
    with pytest.raises(TaxonomyFileError) as caught:
        read_taxonomy_file(data.encode() if isinstance(data, str) else data, format_=format_)
    assert caught.value.hint
    assert caught.value.problems[0] in caught.value.message
    assert caught.value.number_of_problems >= len(caught.value.problems)
    return caught.value.problems


# What is taken ------------------------------------------------------------------------------------------------------


def test_the_shipped_taxonomy_differs_in_nothing_from_the_starter():
    nodes = [node for node in read_curriculum().taxonomy_nodes if node.status == "kept"]
    file_nodes = read_taxonomy_file((CURRICULUM_FOLDER / "taxonomy.yaml").read_bytes(), format_="yaml")
    assert len(file_nodes) == len(nodes)
    assert not any(taxonomy_differences(nodes, file_nodes))


def test_origin_ours_means_starter():
    (node,) = read_taxonomy_file(b"- name: a\n  origin: ours\n", format_="yaml")
    assert node.origin == "starter"


LINES = {
    "yaml": "# ...\n- name: A\n  sub_fields:\n    - name: B\n      disciplines:\n        - name: C\n- {name: D}\n",
    "json": '[\n{"name": "A",\n"sub_fields": [\n{"name": "B", "disciplines": [\n\n{"name": "C"}]}]},\n{"name": "D"}]',
    "csv": 'id,parent_id,name,description\na,,A,"two\nlines"\nb,a,B,\n\nc,b,C,\n,,D,\n',
    "markdown": "\n# A\ntext\n## B\n\n### C\n# D\n",
    "outline": "\nA\n\n  B\n\n    C\nD\n",
}
EXPECTED_LINES = {
    "yaml": {"A": 2, "B": 4, "C": 6, "D": 7},
    "json": {"A": 2, "B": 4, "C": 6, "D": 7},
    "csv": {"A": 2, "B": 4, "C": 6, "D": 7},
    "markdown": {"A": 2, "B": 4, "C": 6, "D": 7},
    "outline": {"A": 2, "B": 4, "C": 6, "D": 7},
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("format_", FORMATS)
def test_every_node_knows_its_line_its_level_and_its_parent(format_: str, newline: str):
    data = b"\xef\xbb\xbf" + LINES[format_].replace("\n", newline).encode()
    nodes = read_taxonomy_file(data, format_=format_)
    assert {node.name: node.line for node in nodes} == EXPECTED_LINES[format_]
    assert {node.name: node.level for node in nodes} == {
        "A": "field",
        "B": "sub_field",
        "C": "discipline",
        "D": "field",
    }
    parents = {node.name: nodes[node.parent].name if node.parent is not None else None for node in nodes}
    assert parents == {"A": None, "B": "A", "C": "B", "D": None}
    assert all(node.parent is None or node.parent < place for place, node in enumerate(nodes))


@pytest.mark.parametrize("format_", ["csv", "markdown", "outline"])
def test_what_a_file_does_not_say_is_none(format_: str):
    text = {"csv": "name,status\nA,\n", "markdown": "# A\n", "outline": "A\n"}[format_]
    (node,) = read_taxonomy_file(text.encode(), format_=format_)
    assert node[5:] == (None, None, None, None, None)
    assert node.node_id is None


def test_a_place_in_a_list_counts_until_a_sibling_says_its_own():
    data = b"- name: A\n- name: B\n- name: C\n  position: 7\n- name: D\n- name: E\n  position: 9\n"
    assert [node.position for node in read_taxonomy_file(data, format_="yaml")] == [1, 2, 7, None, 9]


def test_a_name_in_yaml_is_a_text_whatever_it_looks_like():
    nodes = read_taxonomy_file(b"- name: 1984\n- name: No\n- name: 2020-01-01\n", format_="yaml")
    assert [node.name for node in nodes] == ["1984", "No", "2020-01-01"]


def test_json_escapes_are_read():
    (node,) = read_taxonomy_file(b'[{"name": "caf\\u00e9 \\ud83c\\udf93 \\"x\\""}]', format_="json")
    assert node.name == 'café 🎓 "x"'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_of_any_country_is_read(delimiter: str):
    data = f"Name{delimiter}level{delimiter}target\nA{delimiter}field{delimiter}5\n"
    (node,) = read_taxonomy_file(data.encode(), format_="csv")
    assert (node.name, node.target) == ("A", 5)


def test_rows_of_a_csv_may_stand_in_any_order():
    nodes = read_taxonomy_file(b"id,parent_id,name\nc,b,C\nb,a,B\na,,A\n", format_="csv")
    assert [(node.name, node.level, node.parent) for node in nodes] == [
        ("A", "field", None),
        ("B", "sub_field", 0),
        ("C", "discipline", 1),
    ]


def test_only_what_has_the_form_of_an_id_counts_as_one_outside_its_csv():
    nodes = read_taxonomy_file(f"id,name\n1,A\n{ID},B\n".encode(), format_="csv")
    assert [node.node_id for node in nodes] == [None, ID]


def test_a_heading_may_be_closed_with_number_signs():
    nodes = read_taxonomy_file(b"# A ##\n## C\\#\n", format_="markdown")
    assert [node.name for node in nodes] == ["A", "C#"]


@pytest.mark.parametrize("indent", ["\t", " ", "    "])
def test_an_outline_is_indented_by_tabs_or_any_number_of_spaces(indent: str):
    nodes = read_taxonomy_file(f"A\n{indent}B\n{indent * 2}C\n{indent}- D #\n".encode(), format_="outline")
    assert [(node.name, node.parent) for node in nodes] == [("A", None), ("B", 0), ("C", 1), ("- D #", 0)]


# What is refused, whatever the format -------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "line 1: the file is empty."),
        (b"\xef\xbb\xbf \n\n", "line 1: the file is empty."),
        (b"name\nA\xff\n", "line 2: this is not a text file in UTF-8; save it with that encoding."),
        ("- name: A\n".encode("utf-16-le"), "line 1: this is not a text file, or not one in UTF-8."),
        (b"a\nb\n\x00", "line 3: this is not a text file, or not one in UTF-8."),
        (b"a" * (MOST_BYTES + 1), "line 1: the file has 33,554,433 bytes; at most 33,554,432 can be read."),
        (b"a\n" * 200_001, "line 200001: the file goes on to line 200,001; 200,000 can be read."),
    ],
    ids=["empty", "blank", "latin-1", "utf-16", "binary", "bytes", "lines"],
)
def test_what_is_no_text_or_too_much_is_refused(format_: str, data: bytes, problem: str):
    assert refused(data, format_) == (problem,)


REPEATED = {
    "yaml": "- name: Physics\n- name: B\n- name: PHYSICS\n",
    "json": '[{"name": "Physics"},\n{"name": "B"},\n{"name": "PHYSICS"}]',
    "csv": "name\nPhysics\nPHYSICS\n",
    "markdown": "# Physics\n\n# PHYSICS\n",
    "outline": "Physics\nB\nPHYSICS\n",
}


@pytest.mark.parametrize("format_", FORMATS)
def test_siblings_of_one_name_are_refused_whatever_their_letter_case(format_: str):
    first = 2 if format_ == "csv" else 1
    assert refused(REPEATED[format_], format_) == (
        f"line 3: the field 'PHYSICS' stands at the top on line {first} already.",
    )


def test_two_removed_siblings_of_one_name_need_ids_that_tell_them_apart():
    text = "- name: A\n- name: A\n  status: removed\n"
    assert refused(text, "yaml") == ("line 2: the field 'A' stands at the top on line 1 already.",)
    assert len(read_taxonomy_file(f"{text}  id: {ID}\n".encode(), format_="yaml")) == 2


@pytest.mark.parametrize("format_", FORMATS)
def test_a_name_that_is_too_long_is_refused(format_: str):
    name = "x" * 201
    text = {
        "yaml": f"- name: {name}",
        "json": f'[{{"name": "{name}"}}]',
        "csv": f"name\n{name}",
        "markdown": f"# {name}",
        "outline": name,
    }[format_]
    (problem,) = refused(text, format_)
    assert problem.startswith(f"line {2 if format_ == 'csv' else 1}: 'xxx")
    assert problem.endswith("has 201 characters; a name has at most 200.")


def test_the_first_twenty_problems_are_shown_and_all_are_counted():
    with pytest.raises(TaxonomyFileError) as caught:
        read_taxonomy_file(b"- target: -1\n" * 30, format_="yaml")
    assert (len(caught.value.problems), caught.value.number_of_problems) == (20, 60)
    assert caught.value.message == "The taxonomy file has 60 problems: line 1: a field has no name."


# What is refused in each format -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- name: A\n  sub_fields: [\n", "line 3: this is not YAML: did not find expected node content."),
        ("- name: A\n\tb: c\n", "line 2: this is not YAML: found a tab character that violates indentation."),
        ("- name: A\n- name: a\x07b\n", "line 2: this is not YAML: there is a character that YAML does not allow."),
        ("# nothing\n", "line 1: the file has to be a list of fields"),
        ("[]\n", "line 1: the file names no field."),
        ("# fields\nname: A\n", "line 2: the file has to be a list of fields"),
        ("- name: A\n- B\n", "line 2: a field has to be written with its keys"),
        ("- name: A\n- name: &x B\n", "line 2: '&x' is an anchor"),
        ("- name: A\n- *x\n", "line 2: '*x' is an alias"),
        ("- name: A\n- name: !!python/name:os.system\n", "line 2: 'tag:yaml.org,2002:python/name:os.system' is a tag"),
        ("- name: A\n---\n- name: B\n", "line 3: a second document begins"),
        ("- ? [a]\n  : b\n", "line 1: a key has to be a word."),
        ("- name: A\n  descripton: x\n", "line 2: there is no key 'descripton'; there are name, id, "),
        ("- name: A\n  target: 5\n  target: 6\n", "line 3: the key 'target' stands there twice."),
        ("- target: 5\n", "line 1: a field has no name."),
        ("- name: A\n- name:\n", "line 2: a field has no name."),
        ("- name: ' '\n", "line 1: a field has no name."),
        ("- name: A\n  sub_fields:\n    - name: [B]\n", "line 3: name has to be a text."),
        ('- name: "A\\nB"\n', r"line 1: 'A\nB' has a line break in it"),
        ('- name: "A\\x07"\n', r"line 1: 'A\x07' has a character in it that cannot be shown."),
        ("- name: A\n  disciplines:\n    - name: B\n", "line 2: a field has no disciplines; it has sub_fields."),
        (
            "- name: A\n  sub_fields:\n  - name: B\n    disciplines:\n    - name: C\n      disciplines: []\n",
            "line 6: a discipline has no disciplines; a taxonomy has three levels.",
        ),
        ("- name: A\n  sub_fields: B\n", "line 2: sub_fields has to be a list."),
        ("- name: A\n  status: gone\n", "line 2: the status 'gone' is none of kept, pending, removed."),
        ("- name: A\n  origin: mars\n", "line 2: the origin 'mars' is none of paper, starter, user, model, ours."),
        ("- name: A\n  target: -1\n", "line 2: the target '-1' is not a whole number from 0 to 1,000,000,000."),
        ("- name: A\n  target: 1.5\n", "line 2: the target '1.5' is not a whole number"),
        ("- name: A\n  target: '5'\n", "line 2: target has to be a number without quotes."),
        ("- name: A\n  position: 0\n", "line 2: the position '0' is not a whole number from 1 to 1,000,000,000."),
        ("- name: A\n  id: physics\n", "line 2: 'physics' is not an id"),
        (f"- name: A\n  id: {ID}\n- name: B\n  id: {ID}\n", f"line 3: the id '{ID}' stands on line 1 already."),
        ("[" * 100_000, "line 1: this is nested deeper than the three levels of a taxonomy."),
    ],
)
def test_yaml_that_does_not_fit_is_refused_with_its_line(text: str, problem: str):
    (told,) = refused(text, "yaml")
    assert told.startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[\n{"name": "A",}\n]', "line 2: this is not JSON: Expecting property name enclosed in double quotes."),
        ('{"name":\n "A"}', "line 1: the file has to be a list of fields"),
        ('[\n\n{"name": 5}]', "line 3: name has to be a text."),
        ('[{"name": "A"},\n 7]', "line 2: a field has to be written with its keys"),
        ('[{"name": "A",\n\n"descripton": ""}]', "line 3: there is no key 'descripton'"),
        ('[{"name": "A",\n"name": "B"}]', "line 2: the key 'name' stands there twice."),
        ('[{"name": "A",\n"target": 1e3}]', "line 2: the target '1e3' is not a whole number"),
        ('[{"name": "A",\n"target": true}]', "line 2: the target 'true' is not a whole number"),
        (f'[{{"name": "A",\n"target": {"9" * 5000}}}]', "line 2: the target '999"),
        ('[\n{"name": "\\ud800"}]', "line 2: '\\ud800' has a character in it that cannot be shown."),
        (
            f'[{{"name": "A", "id": "{ID}"}}, {{"name": "B", "id": "{ID}"}}]',
            f"line 1: the id '{ID}' stands on line 1",
        ),
        ("[\n" * 100_000, "line 13: this is nested deeper than the three levels of a taxonomy."),
    ],
)
def test_json_that_does_not_fit_is_refused_with_its_line(text: str, problem: str):
    (told,) = refused(text, "json")
    assert told.startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('name\nA\n"B\n', "line 3: this is not CSV: unexpected end of data."),
        ('name\n"A"b\n', "line 2: this is not CSV: ',' expected after '\"'."),
        ("name,descripton\nA,\n", "line 1: there is no column 'descripton'; there are id, parent_id, "),
        ("name,name\nA,B\n", "line 1: a column stands there twice."),
        ("id,level\na,field\n", "line 1: there is no column name."),
        ("name\n", "line 1: the file names no field."),
        ("name,target\nA,1,2\n", "line 2: the row has 3 cells, and the header 2."),
        ("name,level\nA,topic\n", "line 2: 'A' has the level 'topic', which is none of field, sub_field, discipline."),
        ("name,level\nA,field\nB,discipline\n", "line 3: 'B' is a discipline, but has no parent_id"),
        (
            "id,parent_id,name,level\na,,A,field\nb,a,B,discipline\n",
            "line 3: 'B' is a discipline, but its parent_id makes it a sub_field.",
        ),
        ("id,parent_id,name\na,,A\nb,x,B\n", "line 3: the parent_id 'x' is the id of no row."),
        ("id,parent_id,name,level\nb,x,B,sub_field\n", "line 2: the parent_id 'x' is the id of no row."),
        ("id,parent_id,name\na,,A\na,,B\n", "line 3: the id 'a' stands on line 2 already."),
        (f"id,parent_id,name\n{ID},,A\n{ID},,B\n", f"line 3: the id '{ID}' stands on line 2 already."),
        (
            "id,parent_id,name\na,,A\nb,a,B\nc,b,C\nd,c,D\n",
            "line 5: 'D' stands deeper than the three levels of a taxonomy.",
        ),
        ("id,parent_id,name\na,,A\nb,b,B\n", "line 3: 'B' stands below itself: its parent_id leads round in a circle."),
        ("name,description\nA,x\n,y\n", "line 3: a field has no name."),
        ('name\n"A\nB"\n', r"line 2: 'A\nB' has a line break in it; a name stands on one line."),
        ('name,description,target\nA,"x\ny",1\nB,,-5\n', "line 4: the target '-5' is not a whole number"),
        ("name,target\nA,many\n", "line 2: the target 'many' is not a whole number"),
        ("name,status\nA,gone\n", "line 2: the status 'gone' is none of"),
    ],
)
def test_csv_that_does_not_fit_is_refused_with_its_line(text: str, problem: str):
    (told,) = refused(text, "csv")
    assert told.startswith(problem)


def test_every_row_of_a_circle_is_named():
    problems = refused("id,parent_id,name\na,,A\nb,d,B\nc,b,C\nd,c,D\ne,d,E\n", "csv")
    assert [problem.split(" ")[1] for problem in problems] == ["3:", "4:", "5:", "6:"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Text\n\n# A\n", "line 1: there is text before the first heading."),
        ("# A\n### C\n", "line 2: this heading needs a sub-field above it, with one number sign less."),
        ("## B\n", "line 1: this heading needs a field above it, with one number sign less."),
        ("# A\n## B\n### C\n#### D\n", "line 4: this heading is deeper than the three levels of a taxonomy."),
        ("# A\n\n#B\n", "line 3: a heading needs a space after its number signs."),
        ("# A\n## \n", "line 2: a sub-field has no name."),
    ],
)
def test_markdown_that_does_not_fit_is_refused_with_its_line(text: str, problem: str):
    assert problem in refused(text, "markdown")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A\n   B\n      C\n    D\n", "line 4: 'D' is not indented by 3 spaces a level, as the lines above it."),
        ("A\n\tB\n  C\n", "line 3: 'C' is not indented by a tab a level, as the lines above it."),
        ("A\n  B\n\tC\n", "line 3: 'C' is not indented by 2 spaces a level, as the lines above it."),
        ("A\n \tB\n", "line 2: 'B' is indented by tabs and spaces together; use one of them."),
        ("A\n\tB\n\t\tC\n\t\t\tD\n", "line 4: 'D' stands deeper than the three levels of a taxonomy."),
        ("A\n\tB\nC\n\t\tD\n", "line 4: 'D' is indented too far: a level above it is missing."),
        ("  A\nB\n", "line 1: 'A' is indented too far: a level above it is missing."),
    ],
)
def test_an_outline_that_does_not_fit_is_refused_with_its_line(text: str, problem: str):
    assert refused(text, "outline")[0] == problem


# How long it takes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("line", ["- a", "a: b"])
def test_two_hundred_thousand_lines_of_garbage_end_in_seconds(format_: str, line: str):
    before = time.process_time()
    assert refused(f"{line}\n" * MOST_LINES, format_)
    assert time.process_time() - before < 10


def test_a_single_line_holds_no_more_than_many_lines_may():
    nodes = ", ".join(f'{{"name": "{number}"}}' for number in range(200_001))
    assert refused(f"[{nodes}]", "json") == ("line 1: the file has more than 200,000 nodes.",)
