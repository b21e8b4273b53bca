"""The shape of the package: no two of its files import each other, not for their types either."""

import ast
from pathlib import Path
from typing import Dict, List, Set

import libauth

FOLDER = Path(libauth.__file__).parent


def imports(path: Path) -> Set[str]:
    """The files of the package that a file imports, wherever in it."""
    found: Set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module} if node.module else {name.name for name in node.names}
    return found


def circle(arrows: Dict[str, Set[str]], way: List[str]) -> List[str]:
    """The first way from the end of this one back to a file on it; empty when there is none."""
    for name in sorted(arrows.get(way[-1], ())):
        if name in way:
            return [*way[way.index(name) :], name]
        longer = circle(arrows, [*way, name])
        if longer:
            return longer
    return []


def test_no_imports_form_a_circle() -> None:
    arrows = {path.stem: imports(path) for path in FOLDER.glob("*.py")}
    assert len(arrows) > 20
    assert {name: circle(arrows, [name]) for name in arrows if circle(arrows, [name])} == {}


def test_circles_are_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["a"]) == ["b", "c", "b"]
