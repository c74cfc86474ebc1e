"""How bash, zsh and fish ask for completions: a script for each, and the answer it reads.

click has the protocol and finds out what is being completed. Its own scripts put a space
behind whatever is completed, also behind a folder and a key that wants its value, and
stumble over words with an equals sign.
"""

import os
import re
from typing import Any, Final

from click.shell_completion import (
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from docsync_trio.cli.shells.complete import paths

_BASH: Final = """\
%(complete_func)s() {
    mapfile -t COMPREPLY < <(env COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" \\
        %(complete_var)s=bash_complete "$1")
    [[ -n ${COMPREPLY[0]} ]] || COMPREPLY=()
    # What goes on after this word wants no space: a folder, a key.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=.] ]]; then
        compopt -o nospace
    fi
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_ZSH: Final = """\
#compdef %(prog_name)s
%(complete_func)s() {
    local -a answer plain described unfinished
    local key help
    answer=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \\
        %(complete_var)s=zsh_complete %(prog_name)s)}")
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    for key help in $answer; do
        if [[ $key == *[/=.] ]]; then
            unfinished+=("$key")
        elif [[ $help == "_" ]]; then
            plain+=("$key")
        else
            described+=("${key//:/\\\\:}:$help")
        fi
    done
    (( $#described )) && _describe -V '%(prog_name)s' described
    (( $#plain )) && compadd -V '%(prog_name)s' -a plain
    (( $#unfinished )) && compadd -V '%(prog_name)s' -S '' -a unfinished
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH: Final = """\
function %(complete_func)s
    env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp | string collect) \\
        COMP_CWORD=(commandline -ct | string collect) %(prog_name)s
end
complete --no-files --keep-order --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Listing(ShellComplete):
    """Offers files and folders itself, where click leaves them to the shell's script."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return what may stand for the word."""
        offered: list[CompletionItem[str]] = []
        for item in super().get_completions(args, incomplete):
            if item.type == "plain":
                offered.append(item)
            else:
                offered += paths(item.value, folders_only=item.type == "dir")
        return offered


class Bash(_Listing):
    """bash 4.4 and newer, without its package bash-completion."""

    name = "bash"
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor and the one at it, not split at ``=`` and ``:``."""
        line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
        words = split_arg_string(line)
        incomplete = "" if line[-1:].isspace() else words.pop()
        # bash replaces only what follows the last of these.
        self._kept = incomplete[: max(incomplete.rfind("="), incomplete.rfind(":")) + 1]
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return the word as it would be typed."""
        return re.sub(r"([^\w@%+=:,./{}-])", r"\\\1", item.value.removeprefix(self._kept))


class Zsh(_Listing, ZshComplete):
    """zsh, which shows what a word means beside it."""

    source_template = _ZSH

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return two lines, neither of them empty."""
        return f"{item.value}\n{' '.join((item.help or '_').split())}"


class Fish(_Listing, FishComplete):
    """fish, which shows what a word means beside it."""

    source_template = _FISH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor and the one at it."""
        args, incomplete = super().get_completion_args()
        # fish compares with the whole word, and click answers for what follows the option.
        option, equals, _ = incomplete.partition("=")
        self._option = option + equals if equals and option.startswith("--") else ""
        return args, incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return the word and what it means, with a tab between them."""
        told = " ".join((item.help or "").split())
        return f"{self._option}{item.value}" + (f"\t{told}" if told else "")


def register() -> None:
    """Let click answer the shells in these ways."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)
