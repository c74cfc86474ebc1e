import sys

import pytest

from docsync_trio.applications.reference import ReferenceProblem, load_function, load_module


def test_a_function_is_found_from_the_sites_folder(write, tmp_path):
    write("ref_apps/sliders.py", "def make(document): return 5")
    assert load_function("ref_apps.sliders:make", tmp_path)(None) == 5


def test_methods_are_found_by_their_path(write, tmp_path):
    write("ref_methods.py", "class A:\n    @staticmethod\n    def b(): return 6")
    assert load_function("ref_methods:A.b", tmp_path)() == 6


def test_functions_may_import_their_neighbours_when_they_are_called(write, tmp_path):
    write("ref_late.py", "def make(): import ref_neighbour; return ref_neighbour.x")
    write("ref_neighbour.py", "x = 7")
    assert load_function("ref_late:make", tmp_path)() == 7
    load_function("ref_late:make", tmp_path)
    assert sys.path.count(str(tmp_path)) == 1


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("ref_a.slider:make", "module 'ref_a.slider' not found; did you mean 'ref_a.sliders'?"),
        ("ref_b.sliders:make", "module 'ref_b' not found; did you mean 'ref_a'?"),
        ("ref_a.sliders:mak", "ref_a.sliders has no function 'mak'; did you mean 'make'?"),
        ("ref_a.sliders:Make.it", "ref_a.sliders.Make has no attribute 'it'"),
        ("ref_a.sliders:number", "ref_a.sliders:number is of type int, not a function"),
        ("ref_a.sliders.make", "write 'ref_a.sliders:make'"),
        ("make", "write 'module:make'"),
        ("ref_a.sliders.deep:make", "'ref_a.sliders' is no package"),
        ("ref_a.wrong:make", "importing ref_a.wrong failed: ref_a/wrong.py:2: invalid syntax"),
        ("ref_a.burns:make", "failed: ref_a/burns.py:2: ZeroDivisionError: division by zero"),
        ("ref_a.leaves:make", "failed: ref_a/leaves.py:1: SystemExit: 3"),
        ("ref_a.needs:make", "ref_a/needs.py:1: ModuleNotFoundError: No module named 'nota'"),
        ("ref_a.needs:make", "; is 'nota' installed where docsync runs?"),
    ],
)
def test_what_leads_nowhere_is_told(write, tmp_path, monkeypatch, reference, told):
    monkeypatch.chdir(tmp_path)
    write("ref_a/sliders.py", "number = 1\ndef make(): pass\nclass Make: pass")
    write("ref_a/wrong.py", "x = 1\ny = = 1")
    write("ref_a/burns.py", "import json\nx = 1 / 0")
    write("ref_a/leaves.py", "raise SystemExit(3)")
    write("ref_a/needs.py", "import nota.thing")
    with pytest.raises(ReferenceProblem) as caught:
        load_function(reference, tmp_path)
    assert told in str(caught.value)


def test_a_module_is_imported_once(write, tmp_path):
    write("ref_once.py", "")
    assert load_module("ref_once", tmp_path) is load_module("ref_once", tmp_path)
