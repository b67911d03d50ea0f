"""What every request passes before any view or action sees it, and what answers for errors that no view answers.

- :mod:`.payload`: what can be stored at all: text without control characters, numbers of 64 bits, bounded nesting.
- :mod:`.parameters`: the types of an action's parameters, read from its documentation.
- :mod:`.request_check`: the check itself, before every view; the answers, to people and to programs.
"""
