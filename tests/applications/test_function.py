import functools
import inspect

import pytest
from bokeh.document import Document

from docsync_trio.applications.function import FunctionHandler
from docsync_trio.applications.load_error import LoadError


def set_title(document):
    document.title = "from a function"
    return document  # as many functions written for Bokeh do


async def set_title_later(document):
    document.title = "from a coroutine"


class Recipe:
    def __init__(self, title):
        self.title = title

    def __call__(self, document):
        document.title = self.title


def test_a_function_fills_the_document(build):
    assert build(FunctionHandler(set_title)).title == "from a function"


async def test_an_async_function_gives_something_to_await():
    document = Document()
    result = FunctionHandler(set_title_later).modify_document(document)
    assert inspect.isawaitable(result)
    await result
    assert document.title == "from a coroutine"


def test_callable_objects_and_partial_functions_fill_it_too(build):
    def with_argument(text, document):
        document.title = text

    assert build(FunctionHandler(Recipe("an object"))).title == "an object"
    partial = functools.partial(with_argument, "partly")
    assert build(FunctionHandler(partial)).title == "partly"


def test_what_a_function_raises_is_raised_unchanged(build):
    error = KeyError("mine")

    def fail(document):
        raise error

    with pytest.raises(KeyError) as caught:
        build(FunctionHandler(fail))
    assert caught.value is error


@pytest.mark.parametrize("wrong", [lambda: None, lambda a, b: None, "text", None])
def test_what_cannot_take_a_document_is_no_handler(wrong):
    with pytest.raises(LoadError):
        FunctionHandler(wrong)


def test_a_change_of_its_file_puts_the_handler_out_of_date():
    (file,) = FunctionHandler(set_title).files
    assert file.name == "test_function.py"
