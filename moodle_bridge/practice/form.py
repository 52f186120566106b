"""How PHP reads a form: `a[0][b]=v` becomes nested dicts and lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Tree = dict[str, Any]


def decoded(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Return the tree that PHP makes of form pairs; a later value wins.

    Keys that count 0, 1, 2 become lists, as an external function sees them.
    """
    tree: Tree = {}
    for key, text in pairs:
        _put(tree, _path(key), text)
    return {key: _listed(branch) for key, branch in tree.items()}


def _path(key: str) -> list[str]:
    head, bracket, rest = key.partition("[")
    # PHP cannot have dots and blanks in a variable's name.
    head = head.replace(".", "_").replace(" ", "_")
    if not bracket:
        return [head]
    if "]" not in rest:
        return [f"{head}_{rest}"]
    steps = [head]
    while True:
        step, closed, rest = rest.partition("]")
        if not closed:
            break
        steps.append(step)
        if not rest.startswith("["):
            break
        rest = rest[1:]
    return steps


def _put(tree: Tree, steps: list[str], text: str) -> None:
    for step in steps[:-1]:
        key = step if step != "" else str(_next_index(tree))
        branch = tree.get(key)
        if not isinstance(branch, dict):
            branch = {}
            tree[key] = branch
        tree = branch
    last = steps[-1] if steps[-1] != "" or len(steps) == 1 else str(_next_index(tree))
    tree[last] = text


def _next_index(tree: Tree) -> int:
    return 1 + max((int(key) for key in tree if key.isdigit()), default=-1)


def _listed(branch: object) -> object:
    if not isinstance(branch, dict):
        return branch
    inner = {key: _listed(leaf) for key, leaf in branch.items()}
    if inner and all(key.isdigit() for key in inner):
        # External functions number list items anew, whatever the sender wrote.
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
