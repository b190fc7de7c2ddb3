"""Prints the completion of Pivot's command line in bash, from its --help: PROGRAM."""

import re
import sys

from help_text import read_help

COMPLETION = """\
# Completes the command line of Pivot.
_pivot()
{{
    local word=${{COMP_WORDS[COMP_CWORD]}} words=
    case $COMP_CWORD:${{COMP_WORDS[1]}} in
        1:*) words="{commands}" ;;
{options}
    esac
    [[ $COMP_CWORD -gt 1 && $word != -* ]] && words=
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}}
complete -o bashdefault -o default -F _pivot pivot
"""


def options_of(help_):
    return " ".join(re.search(r"--[\w-]+", entry.label)[0] for entry in help_.tables["Options"])


def completion(program):
    top = read_help(program)
    names = [entry.label for entry in top.tables["Subcommands"]]
    options = [
        f'        *:{name}) words="{options_of(read_help(program, name))}" ;;' for name in names
    ]
    commands = " ".join([*names, options_of(top)])
    return COMPLETION.format(commands=commands, options="\n".join(options))


if __name__ == "__main__":
    sys.stdout.write(completion(sys.argv[1]))
