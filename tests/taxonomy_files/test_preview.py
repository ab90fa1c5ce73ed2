"""Each difference is a line that a person understands before anything is changed."""

from glan_core.taxonomy_files import differences_in_words, read_taxonomy_file, taxonomy_differences
from tests.taxonomy_files.taxonomies import nodes_of

NODES = nodes_of("""
Natural Science
  Physical sciences
    Physics
    Chemistry
  Earth sciences
    Geology
    Soil
Services
""")
TEXT = """
- name: Natural Science
  position: null
  target: 5000
  sub_fields:
    - name: Physical sciences
      position: null
      disciplines:
        - name: Applied physics
          position: null
        - name: Chemistry
    - name: Earth sciences
      disciplines:
        - name: Geology
          position: null
          description: Rocks
    - name: Life sciences
      disciplines:
        - name: Soil
          position: null
        - name: Botany
"""


def test_every_kind_of_difference_has_its_line():
    differences = taxonomy_differences(NODES, read_taxonomy_file(TEXT.encode(), format_="yaml"))
    assert differences_in_words(NODES, differences) == (
        "new sub-field: Natural Science > Life sciences",
        "new discipline: Natural Science > Life sciences > Botany",
        "renamed discipline: Natural Science > Physical sciences > Physics becomes 'Applied physics'",
        "moved discipline: Natural Science > Earth sciences > Soil goes below Natural Science > Life sciences",
        "changed field: Natural Science: target none becomes 5,000",
        "changed discipline: Natural Science > Earth sciences > Geology: description '' becomes 'Rocks'",
        "not in the file: the field Services",
    )


def test_a_long_description_is_told_by_its_beginning():
    data = f"- name: Services\n  position: null\n  description: {'long ' * 50}\n".encode()
    differences = taxonomy_differences(NODES[-1:], read_taxonomy_file(data, format_="yaml"))
    (line,) = differences_in_words(NODES, differences)
    assert len(line) < 130
    assert line.endswith("…'")


def test_a_taxonomy_like_the_file_has_no_lines():
    assert differences_in_words(NODES, taxonomy_differences((), ())) == ()
