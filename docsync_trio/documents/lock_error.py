"""The error of an author who changes a document at a time when nobody could be told of it."""


class DocumentLockError(RuntimeError):
    """The application changed the document from outside its callbacks."""

    def __init__(self) -> None:
        super().__init__(
            "the document was changed without its lock, so nobody can be told of the change; "
            "make it in a callback (curdoc().add_next_tick_callback) or with "
            "session_context.with_locked_document"
        )
