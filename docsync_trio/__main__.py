"""`python -m docsync_trio` is `docsync`."""

from docsync_trio.cli.main import main

if __name__ == "__main__":
    main(prog_name="docsync")
