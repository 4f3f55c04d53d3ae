"""The words of `core.phrases.outlets`, a module for each language."""
