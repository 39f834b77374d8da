"""What pyproject.toml cannot say: the pages of ``theory/`` go into the wheel.

They are in the repository once, at its top, where readers look for them.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PAGES = sorted(Path("theory").glob("*.md"))


class BuildWithPages(build_py):
    """Also copies the pages to ``refgen/theory``; an editable install reads ours."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for page, target in zip(PAGES, self._targets(), strict=True):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(page, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        pages = [] if self.editable_mode else [str(path) for path in self._targets()]
        return [*super().get_outputs(include_bytecode), *pages]

    def _targets(self) -> list[Path]:
        return [Path(self.build_lib, "refgen", "theory", page.name) for page in PAGES]


setup(cmdclass={"build_py": BuildWithPages})
