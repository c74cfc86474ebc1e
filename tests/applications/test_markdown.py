import pytest

from docsync_trio.applications.application import as_handler
from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.markdown import MarkdownHandler, as_python

TEXT = """\
# A title

Not seen: Panel is not there yet.

```python
import panel as pn
pn.extension(template="fast")
```

Text with *stars*.

```bash
# no title
```

````python
text = '''
```
'''
````
# Another title
The end.
"""


def test_every_line_of_code_keeps_its_number():
    lines = as_python(TEXT).splitlines()

    assert lines[5:7] == ["import panel as pn", 'pn.extension(template="fast")']
    assert lines[16:19] == ["text = '''", "```", "'''"]
    assert lines[:5] == [""] * 5
    compile(as_python(TEXT), "text.md", "exec")


def test_text_is_shown_once_panel_is_there():
    shown = [line for line in as_python(TEXT).splitlines() if "Markdown" in line]

    assert shown == [
        "pn.pane.Markdown('Text with *stars*.\\n\\n```bash\\n# no title\\n```').servable()",
        "pn.pane.Markdown('The end.').servable()",
    ]


def test_the_last_heading_is_the_title_of_the_template():
    assert as_python(TEXT).splitlines()[-1] == "pn.state.template.title = 'Another title'"
    assert "template.title" not in as_python(TEXT.replace('template="fast"', ""))


def test_a_mistake_is_told_with_its_line(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("text\n\n```python\nx = 1\ny = (\n```\n")

    with pytest.raises(LoadError, match=r"notes\.md:5"):
        MarkdownHandler(path)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "notes.md"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(LoadError, match="is not UTF-8 text"):
        as_handler(path)


def test_its_imports_say_what_it_is_made_with(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("import panel\n\n```python\nimport asyncio\n```\n")

    handler = as_handler(path)

    assert (handler.framework, handler.async_kind) == (None, "asyncio")
