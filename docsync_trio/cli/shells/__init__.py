"""Completion of the command line in bash, zsh and fish.

Everything here runs while somebody waits with a finger on the key: `scripts` is what a shell
runs and reads, `complete` what it may offer. `docsync completion` prints the scripts.
"""
