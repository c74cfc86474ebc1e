"""The comparison of documents finds what differs, and nothing else."""

import base64
import gzip
import json

import numpy as np

from tests.whole.canonical import canonical, differences


def document(*, first: str, second: str, y: object, tags: list[str]) -> dict:
    """Two models that know each other, with ids as given."""
    data = {"type": "map", "entries": [["y", y]]}
    other = {"type": "object", "name": "Other", "id": second, "attributes": {"back": {"id": first}}}
    attributes = {"data": data, "other": other, "tags": {"type": "set", "entries": tags}}
    root = {"type": "object", "name": "Root", "id": first, "attributes": attributes}
    return {"title": "A", "roots": [root]}


def encoded(values: list[float]) -> dict:
    packed = gzip.compress(np.array(values).tobytes())
    return {
        "type": "ndarray",
        "array": {"type": "bytes", "data": base64.b64encode(packed).decode()},
        "dtype": "float64",
        "shape": [len(values)],
        "order": "little",
    }


def test_ids_encodings_and_the_order_of_sets_make_no_difference():
    one = document(first="p1", second="p2", y=[1.0, 2.5], tags=["a", "b"])
    other = document(first="q9", second="q3", y=encoded([1.0, 2.5]), tags=["b", "a"])
    assert differences(canonical([one]), canonical([other])) == []


def test_values_and_references_make_a_difference():
    one = document(first="p1", second="p2", y=[1.0, 2.5], tags=[])
    changed = json.loads(json.dumps(one))
    changed["roots"][0]["attributes"]["data"]["entries"][0][1][1] = 2.6
    (line,) = differences(canonical([one]), canonical([changed]))
    assert "2.5" in line
    assert "2.6" in line
    changed = json.loads(json.dumps(one))
    changed["roots"][0]["attributes"]["other"]["attributes"]["back"]["id"] = "p2"
    assert len(differences(canonical([one]), canonical([changed]))) == 1
