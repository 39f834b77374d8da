"""``python -m refgen.cli`` is the command ``refgen``."""

from refgen.cli import main

main()
