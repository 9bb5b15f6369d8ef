"""`python -m server <command>`."""

import argparse
import os
import sys

from server.commands import check, create_admin, demo, migrate, serve
from server.errors import CannotStart
from web.words import DEFAULT_LANGUAGE, Words, load


def main(arguments: list[str] | None = None) -> int:
    """Give the exit status: 0 done, 1 something is wrong, 2 the command or a setting was not understood.

    As a shell would say it: 130 ended by Ctrl-C, 141 by a reader who had seen enough (`| head`).
    """
    words = spoken(os.environ)
    given = _parser(words).parse_args(arguments)
    try:
        status = int(given.run(given, words))
        sys.stdout.flush()
    except CannotStart as error:
        print(error.line(words), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # What is still to be written at the exit has to go somewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


def spoken(environment: os._Environ[str] | dict[str, str]) -> Words:
    """The language of the terminal: English when its locale is English, else Russian."""
    named = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return load()["en" if named.startswith("en") else DEFAULT_LANGUAGE]


def _parser(words: Words) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description=words.gettext("Kabinet's server"))
    chosen = parser.add_subparsers(dest="command", required=True, metavar="command")
    for command in (serve, migrate, demo, check, create_admin):
        command.add_to(chosen, words)
    return parser


if __name__ == "__main__":
    sys.exit(main())
