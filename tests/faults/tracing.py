"""Whether strace may stop a process on its way into the kernel."""

import shutil
import subprocess
from functools import cache


@cache
def may_trace() -> bool:
    """Whether strace is here and the kernel lets it trace."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return tried.returncode == 0
