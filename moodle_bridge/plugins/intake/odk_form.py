"""The words of an ODK form, out of its definition (an XForm)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from moodle_bridge.errors import Permanent
from moodle_bridge.plugins.intake.table import one_line

_ITEXT = re.compile(r"jr:itext\(\s*'([^']*)'\s*\)")
_INSTANCE = re.compile(r"instance\(\s*'([^']*)'\s*\)")
_ODD = re.compile(r"[^A-Za-z0-9_]+")
_ODD_START = re.compile(r"^(?=[^A-Za-z_])")
_BY_ITEM = "jr:itext(itextId)"
_CONTROLS = frozenset({"input", "select", "select1", "rank", "range", "trigger"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What people read: the question, and the words of its choices by their names."""

    text: str
    choices: Mapping[str, str] = field(default_factory=dict)


def wordings(
    definition: bytes, language: str | None, *, item: str
) -> dict[str, Wording]:
    """Return the words of each question by its path as OData writes it.

    `language` is one of the form's own, None its default. Choices that stand in an
    attached file have no words here. Raises Permanent for what is no XForm, and when
    the form is not in that language.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(definition, parser)
    except etree.XMLSyntaxError:
        root = None
    # A login page may be good XML too.
    if root is None or next(iter(_all(root, "model")), None) is None:
        raise Permanent(
            "the definition of the form is no XForm",
            item=item,
            advice="Look whether the address is that of ODK Central.",
        )
    form = _XForm(root, language, item)
    return dict(form.questions())


class _XForm:
    """One definition, in one language."""

    def __init__(self, root: etree._Element, language: str | None, item: str) -> None:
        self._root = root
        self._texts = self._in(language, item)
        self._instances = {
            instance.get("id", ""): instance
            for instance in _all(root, "instance")
            if instance.get("id")
        }

    def questions(self) -> Iterator[tuple[str, Wording]]:
        for body in _all(self._root, "body"):
            for control in body.iter(etree.Element):
                if _local(control) in _CONTROLS and control.get("ref"):
                    text = self._label(control)
                    choices = dict(self._choices(control))
                    yield (
                        _path(control.get("ref", "")),
                        Wording(text=text, choices=choices),
                    )

    def _in(self, language: str | None, item: str) -> dict[str, str]:
        translations = list(_all(self._root, "translation"))
        if not translations:
            return {}
        chosen = [each for each in translations if each.get("lang") == language]
        if language is not None and not chosen:
            known = ", ".join(each.get("lang", "") for each in translations)
            raise Permanent(
                f"the form is not in {language!r}",
                item=item,
                advice=f"It has: {known}.",
            )
        chosen += [each for each in translations if each.get("default") is not None]
        return {
            text.get("id", ""): _plain_value(text)
            for text in _all((chosen or translations)[0], "text")
        }

    def _label(self, element: etree._Element) -> str:
        for child in _children(element, "label"):
            named = _ITEXT.search(child.get("ref", ""))
            if named:
                return self._texts.get(named[1], "")
            return _words(child)
        return ""

    def _choices(self, control: etree._Element) -> Iterator[tuple[str, str]]:
        for each in _children(control, "item"):
            for value in _children(each, "value"):
                yield _words(value), self._label(each) or _words(value)
        for itemset in _children(control, "itemset"):
            named = _INSTANCE.search(itemset.get("nodeset", ""))
            instance = self._instances.get(named[1]) if named else None
            if instance is None:
                continue
            name_in = _ref(itemset, "value")
            label_in = _ref(itemset, "label")
            for each in _all(instance, "item"):
                cells = {_local(cell): _words(cell) for cell in each}
                name = cells.get(name_in, "")
                words = (
                    self._texts.get(cells.get("itextId", ""), "")
                    if label_in == _BY_ITEM
                    else cells.get(label_in, "")
                )
                if name:
                    yield name, words or name


def _path(ref: str) -> str:
    """Return `/data/a group/q` as OData writes it, `a_group/q`."""
    parts = ref.strip("/").split("/")[1:]
    return "/".join(_ODD.sub("_", _ODD_START.sub("_", part)) for part in parts)


def _local(element: etree._Element) -> str:
    # Comments have no name.
    return str(element.tag).rpartition("}")[2]


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return element.iter(f"{{*}}{name}")


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if _local(child) == name)


def _ref(itemset: etree._Element, name: str) -> str:
    return next((each.get("ref", "") for each in _children(itemset, name)), "")


def _words(element: etree._Element) -> str:
    return one_line("".join(map(str, element.itertext())))


def _plain_value(text: etree._Element) -> str:
    values = list(_children(text, "value"))
    plain = [value for value in values if value.get("form") in {None, "long"}]
    return _words(plain[0]) if plain else ""
