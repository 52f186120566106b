from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mappings.html_tree import html_tree


def text_of(html: str) -> str:
    tree = html_tree(html)
    return "" if tree is None else "".join(map(str, tree.itertext()))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a&#65;b", "aAb"),
        ("a&#x1F600;b", "a\U0001f600b"),
        ("a&#128;b", "a€b"),
        ("a&#7;b", "a\ufffdb"),
        ("a&#7b", "a\ufffdb"),
        ("a&#x0B;b", "a\ufffdb"),
        ("a&#xFFFF;b", "a\ufffdb"),
        ("a&#xD800;b", "a\ufffdb"),
        ("a&#99999999999;b", "a\ufffdb"),
        ("a\x07b", "ab"),
        ("a&&#1;#2;b", "a&\ufffd#2;b"),
    ],
)
def test_a_character_that_no_document_may_hold_is_not_in_the_tree(
    html: str, text: str
) -> None:
    assert text_of(html) == text


@given(st.text(alphabet="a&#x;<>/p \x00\x07\x1f0123456789bcdf\ud800\uffff"))
def test_all_text_in_a_tree_may_be_written_into_it_again(html: str) -> None:
    tree = html_tree(html)
    for element in () if tree is None else tree.iter(etree.Element):
        element.text, element.tail = element.text, element.tail
        for name, value in element.attrib.items():
            element.set(name, value)
