"""A document's JSON without what differs from run to run, so that two can be compared.

Models lose their ids and are numbered as they are met; arrays are lists however
they were encoded; what has no order is sorted.
"""

import base64
import gzip
import json
from typing import Any

import attrs
import numpy as np

Json = Any

MEASURED = {"inner_width", "inner_height", "outer_width", "outer_height"}
"""What BokehJS measures: a pixel more or less depends on when it came to paint."""


@attrs.define(eq=False)
class Canonical:
    """One document on its way to the comparable form."""

    objects: dict[str, Json] = attrs.field(factory=dict)
    numbers: dict[str, int] = attrs.field(factory=dict)

    def gather(self, value: Json) -> None:
        """Note every object that is spelled out, as references may come before it."""
        if isinstance(value, dict):
            if value.get("type") == "object" and "id" in value:
                self.objects[value["id"]] = value
            for item in value.values():
                self.gather(item)
        elif isinstance(value, list):
            for item in value:
                self.gather(item)

    def form(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self.form(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "id" in value and value.get("type", "object") == "object":
            return self.model(value["id"])
        maker = getattr(self, f"form_{value.get('type')}", None)
        return maker(value) if maker else {key: self.form(value[key]) for key in sorted(value)}

    def model(self, at: str) -> Json:
        if at in self.numbers:
            return {"model": self.numbers[at]}
        self.numbers[at] = len(self.numbers)
        spelled = self.objects[at]
        attributes = spelled.get("attributes", {})
        return {
            "model": self.numbers[at],
            "kind": spelled["name"],
            **{key: self.form(attributes[key]) for key in sorted(attributes.keys() - MEASURED)},
        }

    def form_map(self, value: Json) -> Json:
        pairs = [[self.form(key), self.form(item)] for key, item in value.get("entries", [])]
        return {"map": sorted(pairs, key=json.dumps)}

    def form_set(self, value: Json) -> Json:
        return {
            "set": sorted((self.form(item) for item in value.get("entries", [])), key=json.dumps)
        }

    def form_ndarray(self, value: Json) -> Json:
        array = value["array"]
        if isinstance(array, dict):
            kind = np.dtype(value["dtype"])
            order = {"little": "<", "big": ">"}[value["order"]]
            array = np.frombuffer(
                gzip.decompress(base64.b64decode(array["data"])), kind.newbyteorder(order)
            )
            array = array.reshape(value["shape"]).tolist()
        return [None if number != number else number for number in _flat(array)]  # noqa: PLR0124 - NaN

    def form_number(self, value: Json) -> Json:
        return None if value["value"] == "nan" else value["value"]


def _flat(array: Json) -> list[Json]:
    if isinstance(array, list):
        return [number for item in array for number in _flat(item)]
    return [array]


def canonical(documents: list[Json]) -> dict[str, Json]:
    """Every leaf of *documents* by its path: two such tables show where documents differ."""
    leaves: dict[str, Json] = {}
    for index, document in enumerate(documents):
        one = Canonical()
        one.gather(document)
        _leaves(one.form(document), f"document[{index}]", leaves)
    return leaves


def _leaves(value: Json, path: str, into: dict[str, Json]) -> None:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            _leaves(item, f"{path}.{key}", into)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for index, item in enumerate(value):
            _leaves(item, f"{path}[{index}]", into)
    else:
        into[path] = value


def differences(one: dict[str, Json], other: dict[str, Json]) -> list[str]:
    """What differs between two such tables, a line for each path."""
    return [
        f"{path}: {one.get(path, 'absent')!r:.200} / {other.get(path, 'absent')!r:.200}"
        for path in sorted(one.keys() | other.keys())
        if one.get(path, "absent") != other.get(path, "absent")
    ]
