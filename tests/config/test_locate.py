"""The position finder against another TOML implementation, which knows all positions."""

import json
import re

import pytest
import toml_rs
import tomli
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.config.locate import Position, locate

GAPS = st.sampled_from(["", " ", "\t"])
WIDE_GAPS = st.sampled_from(["", " ", "\n", "\n\n  ", ' # a ] comment " }\n', " #\n\t"])


@st.composite
def written_keys(draw, names):
    name = draw(names)
    forms = [json.dumps(name, ensure_ascii=False)]
    if "'" not in name:
        forms.append(f"'{name}'")
    if re.fullmatch(r"[A-Za-z0-9_-]+", name):
        forms.append(name)
    return draw(st.sampled_from(forms))


NAMES = st.text("ab1- é'\"#.=[]", max_size=3)


@st.composite
def strings(draw):
    text = draw(st.text("ab '\"#]}é,\\\n", max_size=8))
    forms = [json.dumps(text, ensure_ascii=False)]
    if "'" not in text and "\n" not in text:
        forms.append(f"'{text}'")
    if "'''" not in text and not text.endswith("'"):
        forms.append(f"'''{text}'''")
    tail = draw(st.sampled_from(["", '"', '""']))
    body = text.replace("\\", "\\\\").replace('"', '\\"')
    forms.append(f'"""{body}{tail}"""')
    return draw(st.sampled_from(forms))


SCALARS = st.one_of(
    strings(),
    st.sampled_from(
        [
            "0",
            "-17",
            "0xdead_beef",
            "1_000",
            "6.26e-3",
            "inf",
            "true",
            "false",
            "1979-05-27",
            "07:32:00.5",
            "1979-05-27 07:32:00Z",
            "1979-05-27T07:32:00-07:00",
        ]
    ),
)


@st.composite
def arrays(draw, items):
    text = "["
    values = draw(st.lists(items, max_size=3))
    for value in values:
        text += draw(WIDE_GAPS) + value + draw(WIDE_GAPS) + ","
    if values and draw(st.booleans()):
        text = text[:-1]
    return text + draw(WIDE_GAPS) + "]"


@st.composite
def assignments(draw, items, first):
    """Write ``key = value`` or ``key.other = value`` for each of the names in *first*."""
    lines = []
    for name in first:
        key = draw(written_keys(st.just(name)))
        for other in draw(st.sets(NAMES, max_size=2)) or [None]:
            dotted = draw(GAPS) + "." + draw(GAPS) if other is not None else ""
            rest = draw(written_keys(st.just(other))) if other is not None else ""
            lines.append(f"{key}{dotted}{rest}{draw(GAPS)}={draw(GAPS)}{draw(items)}")
    return lines


@st.composite
def inline_tables(draw, items):
    lines = draw(assignments(items, draw(st.sets(NAMES, max_size=3))))
    return "{" + draw(GAPS) + f"{draw(GAPS)},{draw(GAPS)}".join(lines) + draw(GAPS) + "}"


VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(arrays(inner), inline_tables(inner)), max_leaves=6
)


@st.composite
def documents(draw):
    names = draw(st.lists(NAMES, unique=True, max_size=7))
    cut = draw(st.integers(0, len(names)))
    lines = draw(assignments(VALUES, names[:cut]))
    for name in names[cut:]:
        key = draw(written_keys(st.just(name)))
        array = draw(st.booleans())
        for _ in range(draw(st.integers(1, 3)) if array else 1):
            lines.append(f"{draw(GAPS)}[[{key}]]" if array else f"[{draw(GAPS)}{key}{draw(GAPS)}]")
            lines += draw(assignments(VALUES, draw(st.sets(st.sampled_from("xy"), max_size=2))))
            if draw(st.booleans()):
                lines.append(f"[{key}.sub.'deep er']")
                lines += draw(assignments(VALUES, draw(st.sets(st.just("z")))))
            if draw(st.booleans()):
                lines += [f"[[{key}.more]]", "u = 1", f"[[{key} . more]] # again", "u = 2"]
    gaps = [draw(st.sampled_from(["\n", "\n\n", " # comment = 'x\n", "\t\n "])) for _ in lines]
    text = draw(WIDE_GAPS) + "".join(a + b for a, b in zip(lines, gaps, strict=True))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def first(place):
    return place[0] if isinstance(place, tuple) else place


def spots(node, path=()):
    """Yield path, whether it is the key's, line and column (in bytes) of all the oracle knows."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from spots(item, (*path, index))
        return
    if not isinstance(node, dict):
        return
    if "value_line" in node:
        if "key_line" in node and not isinstance(node["value"], list):
            yield path, True, node["key_line"], first(node["key_col"])
        yield path, False, first(node["value_line"]), first(node["value_col"])
    if "value" in node and ("value_line" in node or "key_line" in node):
        yield from spots(node["value"], path)
    else:
        for name, item in node.items():
            yield from spots(item, (*path, name))


def paths(value, path=()):
    yield path
    pairs = value.items() if isinstance(value, dict) else ()
    pairs = enumerate(value) if isinstance(value, list) else pairs
    for step, item in pairs:
        yield from paths(item, (*path, step))


@given(documents())
def test_positions_agree_with_another_implementation(text):
    tree, oracle = tomli.loads(text), toml_rs.load_with_metadata(text).meta["nodes"]
    positions = locate(text)
    assert set(paths(tree)) == {(), *positions.values} == {(), *positions.keys}
    lines = text.replace("\r\n", "\n").split("\n")
    for path, on_key, line, column in spots(oracle):
        found = positions.find(path, on_key=on_key)
        before = lines[found.line - 1][: found.column - 1]
        assert (path, found.line, len(before.encode()) + 1) == (path, line, column)


TEXT = '''\
# a comment with = and [brackets]
title = "x"
[server]   # here
keep_alive.ping = "1s"
"quo ted".'li.teral' = """
[not.a.header]
"""
list = [
  1, # one
  { a = 2, "b" = [3] },
]
[[apps]]
path = "/é"
'''


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), (1, 1), (1, 1)),
        (("title",), (2, 1), (2, 9)),
        (("server",), (3, 2), (3, 2)),
        (("server", "keep_alive"), (4, 1), (4, 1)),
        (("server", "keep_alive", "ping"), (4, 12), (4, 19)),
        (("server", "quo ted", "li.teral"), (5, 11), (5, 24)),
        (("server", "list", 0), (9, 3), (9, 3)),
        (("server", "list", 1, "a"), (10, 5), (10, 9)),
        (("server", "list", 1, "b", 0), (10, 19), (10, 19)),
        (("apps",), (12, 3), (12, 3)),
        (("apps", 0), (12, 1), (12, 1)),
        (("apps", 0, "path"), (13, 1), (13, 8)),
        (("apps", 0, "missing", "below"), (12, 1), (12, 1)),
        (("missing",), (1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_keys_and_values_are_found(path, key, value, newline):
    positions = locate(TEXT.replace("\n", newline))
    assert positions.find(path, on_key=True) == Position(*key)
    assert positions.find(path) == Position(*value)
