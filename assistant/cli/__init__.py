"""The command line: every verb of the assistant from a shell.

Nothing heavy is imported here or by any command's module: numpy, onnxruntime, SQLCipher and Textual are loaded by the
command that needs them, once it runs, so ``inkling --help`` costs what Python and click cost.
"""

from assistant.cli.main import main
from assistant.cli.session import OpenUI

__all__ = ["OpenUI", "main"]
