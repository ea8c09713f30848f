"""What processes cost, read from /proc: processor time and memory."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = 1000 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields and int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def parent(pid: int) -> int:
    """The parent of a process."""
    return int(_stat(pid)[1])


def cpu_ms(pids: Iterable[int]) -> float:
    """Processor milliseconds that living processes have used so far."""
    total = 0.0
    for pid in pids:
        fields = _stat(pid)
        if fields:
            total += (int(fields[11]) + int(fields[12])) * _TICK
    return total


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    fields = _stat(pid)
    return int(fields[21]) * _PAGE / 1e6 if fields else 0.0


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return []
    # The command's name may hold spaces: fields are counted behind its closing bracket.
    return text.rpartition(")")[2].split()
