"""`python -m foundations`: the command `foundations`, where no folder of commands is searched for it."""

from foundations.cli import main

main()
