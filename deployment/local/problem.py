"""What goes wrong at set-up, said to a person: what happened and what to do, in Chinese and English."""

import sys
from collections.abc import Callable
from functools import wraps


class Problem(Exception):
    """A failure whose cause and remedy are known.

    ``zh`` and ``en`` each hold one or two sentences: what happened, then the remedy.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


def told_plainly(main: Callable[[], int]) -> Callable[[], int]:
    """Print a :class:`Problem` (or a full disk) instead of a stack trace and return exit status 1."""

    @wraps(main)
    def wrapper() -> int:
        try:
            return main()
        except KeyboardInterrupt:
            return 130
        except Problem as problem:
            print(f"\n错误：{problem.zh}\nError: {problem.en}", file=sys.stderr)
        except OSError as error:
            print(
                f"\n错误：系统拒绝了操作：{error}。请检查磁盘空间（df -h）和目录权限。"
                f"\nError: the system refused: {error}. Check the disk space (df -h) and the folder's permissions.",
                file=sys.stderr,
            )
        return 1

    return wrapper
