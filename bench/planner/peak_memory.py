"""The most memory a process had at once, by its own account. Linux only.

Not ``resource.getrusage``: its maximum is inherited from the process that started this one.
"""

from pathlib import Path


def peak_bytes() -> int:
    """Peak resident set of the running program since it was started, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("/proc/self/status has no VmHWM: peak memory can only be measured on Linux")
