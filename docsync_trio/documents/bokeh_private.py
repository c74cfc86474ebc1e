"""Every private name of Bokeh's documents that we cannot do without, in one place.

Bokeh may change these without notice. `check` runs once at start and names the
version at fault, so that nobody has to find out from a broken page.
"""

import sys
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

import bokeh
import bokeh.io.doc
from bokeh.application.application import SessionContext
from bokeh.core.has_props import HasProps, _default_resolver
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.callbacks import (
    DocumentCallbackManager,
    _wrap_with_curdoc,
    invoke_with_curdoc,
)
from bokeh.document.events import (
    DocumentChangedEvent,
    DocumentPatchedEvent,
    SessionCallbackAdded,
    SessionCallbackRemoved,
)
from bokeh.model import Model

from docsync_trio.base.errors import ServerError

_NO_MODELS: Mapping[ID, Model] = {}

CurdocStack = tuple["weakref.ReferenceType[Any]", ...]

_own_stack: ContextVar[CurdocStack] = ContextVar("docsync_curdoc", default=())


class _ContextStack:
    """Bokeh 3.9's module-wide list of current documents, made local to the task or thread.

    Bokeh appends and pops without ``try``/``finally`` and shares the list between
    all sessions; behind the same four operations stands a `ContextVar`.
    """

    def append(self, document: "weakref.ReferenceType[Any]") -> None:
        _own_stack.set((*_own_stack.get(), document))

    def pop(self) -> "weakref.ReferenceType[Any]":
        *rest, last = _own_stack.get()
        _own_stack.set(tuple(rest))
        return last

    def __len__(self) -> int:
        return len(_own_stack.get())

    def __getitem__(self, index: int) -> "weakref.ReferenceType[Any]":
        return _own_stack.get()[index]


def curdoc_stack() -> ContextVar[CurdocStack]:
    """The context variable from which ``curdoc()`` reads; Bokeh 3.10 has its own."""
    stack: object = bokeh.io.doc._PATCHED_CURDOCS  # noqa: SLF001
    if isinstance(stack, ContextVar):
        return stack
    if not isinstance(stack, _ContextStack):
        bokeh.io.doc._PATCHED_CURDOCS = _ContextStack()  # type: ignore[assignment] # noqa: SLF001
    return _own_stack


def new_models(document: Document) -> set[Model]:
    """The models attached to *document* that no viewer has been sent yet.

    The public `synced_references` builds a set of all the others at each call,
    which would make every patch cost as much as the document is large.
    """
    return document.models._new_models  # noqa: SLF001


def model_table(document: Document) -> Mapping[ID, Model]:
    """The models attached to *document*, by id; a new table whenever one comes or goes.

    It is empty once the document has been destroyed.
    """
    table: Mapping[ID, Model] = getattr(document.models, "_models", _NO_MODELS)
    return table


def held_events(document: Document) -> list[DocumentChangedEvent]:
    """What happened since ``document.hold()`` and nobody was told of."""
    return document.callbacks._held_events  # noqa: SLF001


_KINDS: dict[str, type[DocumentChangedEvent]] = {
    "_document_patched": DocumentPatchedEvent,
    "_session_callback_added": SessionCallbackAdded,
    "_session_callback_removed": SessionCallbackRemoved,
}
_HOOKS = frozenset(
    f"_{name}"
    for name in (
        "document_changed",
        "document_patched",
        "document_message_sent",
        "document_model_changed",
        "column_data_changed",
        "columns_streamed",
        "columns_patched",
        "session_callback_added",
        "session_callback_removed",
    )
)
"""The methods by which Bokeh tells somebody of an event, and those of one kind of event each."""


class _FaithfulCallbacks(DocumentCallbackManager):
    """Tells of every change, also when the application's own callback of it raises.

    Bokeh calls ``on_change`` callbacks first and tells nobody of the change if one of
    them raises; let go of a hold, it also forgets all changes that follow. And it makes the
    document the current one for each callback, which it nearly always is; 3.9 leaves it so
    when the callback raises.

    Those who are to be told of some kinds of events Bokeh asks at each event for the names
    of their methods; here that is asked once.
    """

    def on_change_dispatch_to(self, receiver: Any) -> None:
        hooks = {name for name in _HOOKS if hasattr(receiver, name)}
        if receiver in self._change_callbacks or not hooks <= _KINDS.keys():
            super().on_change_dispatch_to(receiver)
            return
        kinds = tuple(_KINDS[name] for name in hooks)
        tellers = [(_KINDS[name], name) for name in hooks]

        def tell(event: DocumentChangedEvent) -> None:
            if isinstance(event, kinds):
                for kind, name in tellers:
                    if isinstance(event, kind):
                        getattr(receiver, name)(event)

        self._change_callbacks[receiver] = tell

    def trigger_on_change(self, event: DocumentChangedEvent) -> None:
        document, invoker = self._document(), event.callback_invoker
        if document is None or invoker is None or self._hold is not None:
            super().trigger_on_change(event)
            return
        event.callback_invoker = None
        stack = curdoc_stack()
        before = stack.get()
        is_current = bool(before) and before[-1]() is document
        try:
            if is_current and not hasattr(invoker, "nolock"):
                invoker()
            else:
                invoke_with_curdoc(document, invoker)
        finally:
            if stack.get() is not before:
                stack.set(before)
            if is_current and self._hold is None:
                for tell in self.change_callbacks():
                    tell(event)
            else:
                super().trigger_on_change(event)

    def unhold(self) -> None:
        self._hold = None
        held, self._held_events = self._held_events, []
        errors: list[BaseException] = []
        for event in held:
            try:
                self.trigger_on_change(event)
            except BaseException as error:  # noqa: BLE001 - callbacks may raise anything
                errors.append(error)
        if len(errors) > 1:
            raise BaseExceptionGroup("callbacks of held changes", errors)
        if errors:
            raise errors[0]


def tell_of_every_change(document: Document) -> None:
    """Have *document* report its changes whatever the application's callbacks raise."""
    document.callbacks.__class__ = _FaithfulCallbacks


_MAKES_CURRENT = _wrap_with_curdoc(Document(), lambda: None).__code__


def within_its_document(callback: Callable[..., Any]) -> Callable[..., Any]:
    """What *callback*, as a document keeps it, does where that is the current one already.

    Bokeh has wrapped it in a function that makes the document the current one.
    """
    code = getattr(callback, "__code__", None)
    if code is not _MAKES_CURRENT or hasattr(callback, "nolock"):
        return callback
    plain: Callable[..., Any] = callback.__wrapped__  # type: ignore[attr-defined]
    return plain


def set_session_context(document: Document, context: SessionContext) -> None:
    """Let application code find its session as ``curdoc().session_context``."""
    document._session_context = weakref.ref(context)  # noqa: SLF001


def destroy(document: Document) -> None:
    """Take *document* apart so that nothing keeps its models alive.

    What `Document.destroy` does, without its full garbage collection and its search
    for referrers per module: together they stop every session of the process for
    about 0.1 s. A document with a ``destroy`` of its own (Panel's) keeps it.
    """
    if "destroy" in vars(document) or type(document).destroy is not Document.destroy:
        document.destroy(None)
        return
    modules, document.modules._modules = document.modules._modules, []  # noqa: SLF001
    models = list(document.models)
    document.models.destroy()
    for model in models:
        # Default values know their model: left alone, they would keep it until a full
        # garbage collection, which with many sessions takes too long to have at all.
        model._unstable_default_values.clear()  # noqa: SLF001
        model._unstable_themed_values.clear()  # noqa: SLF001
    del models
    document.callbacks.destroy()
    del document._roots, document._theme, document._template  # noqa: SLF001
    document._session_context = None  # noqa: SLF001
    forget_models_of({module.__name__ for module in modules})
    for module in modules:
        sys.modules.pop(module.__name__, None)
        vars(module).clear()


def forget_models_of(modules: Collection[str]) -> list[type[HasProps]]:
    """Take the model classes that *modules*, named, defined out of Bokeh's table of all of them.

    Bokeh imports the module of every class in it for every page; once the module of one is
    gone, no page of the process can be rendered any more. Returns them; see `remember_models`.
    """
    if not modules:
        return []
    resolver: Any = _default_resolver  # its stub leaves half of it out
    models = [one for one in HasProps.model_class_reverse_map.values() if one.__module__ in modules]
    for model in models:
        resolver.remove(model)
    return models


def remember_models(models: Iterable[type[HasProps]]) -> None:
    """Put *models* back into Bokeh's table of all of them."""
    resolver: Any = _default_resolver
    for model in models:
        resolver.add(model)


def check() -> None:
    """Try all of the above on a small document; raises `ServerError` if it fails."""
    try:
        curdoc_stack()
        document = Document()
        tell_of_every_change(document)
        document.hold()
        document.title = "a change"
        document.unhold()
        new_models(document), model_table(document), held_events(document)
        destroy(document)
    except (AttributeError, TypeError) as error:
        raise ServerError(
            f"bokeh {bokeh.__version__} differs from the versions this docsync-trio knows "
            f"({error}); install the newest docsync-trio, or an older bokeh",
            status=1,
        ) from error
