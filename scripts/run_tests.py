"""Runs pytest with the arguments given; what fails beside others is tried again alone, and that is said.

A test that starts real servers and a real wire may find a machine so busy that one of its waits runs out.
Such a test must then pass alone, twice: a fault of the code shows itself again, a lack of cores does not.
Only few may be tried again, and only those of the rings `wire` and `face`; all others fail at once.
docs/decisions/0008 gives the reasons.
"""

import re
import subprocess
import sys
from pathlib import Path

MOST = 3
"""More than so many failures are no accident."""
AGAIN = 2
_PYTEST = [str(Path(sys.executable).with_name("pytest")), "-q", "-p", "no:cacheprovider"]
_FAILED = re.compile(r"^(?:FAILED|ERROR) (src/\S+?(?:::.+?)?)(?: - .*)?$", re.MULTILINE)
_PASSED = re.compile(r"(\d+) passed")


def run(words: list[str]) -> tuple[int, str]:
    """Exit code and output of pytest, which is printed as it comes."""
    process = subprocess.Popen([*_PYTEST, *words], stdout=subprocess.PIPE, text=True)
    said = []
    for line in process.stdout or ():
        print(line, end="", flush=True)
        said.append(line)
    return process.wait(), "".join(said)


def alone(failed: list[str]) -> bool:
    """Whether each passes by itself, every time. A test of another ring is not even collected."""
    for _ in range(AGAIN):
        code, said = run(["-n", "0", "-p", "no:randomly", "-m", "wire or face", *failed])
        passed = _PASSED.search(said)
        if code or passed is None or int(passed[1]) != len(failed):
            return False
    return True


def main() -> int:
    """The exit code for make."""
    code, said = run(sys.argv[1:])
    failed = sorted(set(_FAILED.findall(said)))
    if code != 1 or not 0 < len(failed) <= MOST:
        return code
    print(f"\nFailed beside others, tried again alone {AGAIN} times:", *failed, sep="\n  ", flush=True)
    if not alone(failed):
        return code
    print("\nPassed alone each time. They need a mending all the same:", *failed, sep="\n  ", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
