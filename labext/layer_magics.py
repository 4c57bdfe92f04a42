"""``%%layer``, ``%layer`` and ``%layers``: a cell, packages or a folder become a layer. No rule of Lambda lives here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from kernel_runtime import notebook_only_names
from kernel_runtime.lab import module_file

from .cell_files import files_beside, path_of
from .kernel_lab import the_lab
from .layer_results import LayerList, Published
from .mistakes import mistake, shown_shortly
from .options import options_of

_KNOWN_FOLDERS = {"python", "nodejs", "java", "ruby", "bin", "lib", "extensions", "bootstrap", "dotnetcore"}


@magics_class
class LayerMagics(Magics):  # type: ignore[misc]
    """Serverless Lab's magics for layers."""

    @no_var_expand
    @magic_arguments()
    @argument("name", help="the layer's name")
    @argument("folder", nargs="?", default=None, help="a folder that becomes /opt: modules lie in its python/")
    @argument(
        "--pip",
        nargs="+",
        default=[],
        metavar="PACKAGE",
        help="packages as pip names them: requests==2.32.3, a wheel, a project's folder; or a notebook variable that holds a path",
    )
    @argument("--runtime", default=None, help="python3.13 and the like, told as compatible; with --pip what to install for, left out the kernel's own")
    @argument("--description", default="", help="what it is, in quotes")
    @argument("--module", default=None, metavar="NAME", help="of a cell: the module's name, left out the layer's")
    @argument("--file", action="append", default=[], metavar="PATH", help="of a cell: a file to put beside the module; may be given again")
    @argument("--fresh", action="store_true", help="with --pip: do not use what the cache has")
    @line_cell_magic
    def layer(self, line: str, cell: str | None = None) -> Published:
        """Publish a layer: ``%%layer NAME`` of a cell (one module), ``%layer NAME --pip PACKAGE …``, ``%layer NAME FOLDER``."""
        options = options_of(self.layer, line)
        if sum((cell is not None, bool(options.pip), options.folder is not None)) != 1:
            raise mistake(
                "UsageError", "a layer is made of one thing: a cell (%%layer NAME), packages (%layer NAME --pip PACKAGE), or a folder (%layer NAME FOLDER)"
            )
        if cell is not None:
            return self._of_cell(options, cell)
        return self._of_packages(options) if options.pip else self._of_folder(options)

    @line_magic
    def layers(self, line: str) -> LayerList:
        """The layers of this lab: versions, sizes, who uses them."""
        with shown_shortly():
            return LayerList(the_lab())

    def _of_cell(self, options: Any, cell: str) -> Published:
        module = options.module or options.name.replace("-", "_")
        file = module_file(f"{module}.x")
        content = {f"python/{name}": data for name, data in files_beside(options.file, self.shell.user_ns).items()}
        names = notebook_only_names(cell, (name for name in self.shell.user_ns if not name.startswith("_")))
        lost = [f"{', '.join(names)}: exists only in the notebook; the layer will not find it. Import or define it in the cell."] if names else []
        return self._publish(options, {**content, f"python/{file}": cell.encode()}, note=f"import {module}", warnings=lost)

    def _of_folder(self, options: Any) -> Published:
        folder = path_of(options.folder, self.shell.user_ns)
        if not folder.is_dir():
            raise mistake("FileNotFound", f"{options.folder} is no folder: give its path, or the name of a notebook variable that holds it")
        known = any((folder / name).exists() for name in _KNOWN_FOLDERS)
        lost = [] if known else ["no runtime looks for code at the top of /opt: put modules into a folder python/, programs into bin/, libraries into lib/"]
        return self._publish(options, folder, warnings=lost)

    def _of_packages(self, options: Any) -> Published:
        from .packages import install
        from .progress import Progress

        named = [str(held) if isinstance(held := self.shell.user_ns.get(package), Path) else package for package in options.pip]
        try:
            with Progress(f"pip install {' '.join(options.pip)}", self.shell) as progress:
                packages = install(named, options.runtime, progress.show, fresh=options.fresh)
        except KeyboardInterrupt:
            raise mistake("Stopped", f"pip was stopped, nothing of it is left, and no version of {options.name} was published") from None
        options.runtime = options.runtime or f"python{sys.version_info.major}.{sys.version_info.minor}"
        options.description = options.description or ", ".join(Path(package).name if Path(package).exists() else package for package in named)[:256]
        note = "packages from the cache" if packages.cached else f"installed in {packages.seconds:.1f} s"
        return self._publish(options, packages.folder, note=note)

    def _publish(self, options: Any, content: Any, *, note: str = "", warnings: list[str] | None = None) -> Published:
        with shown_shortly():
            lab = the_lab()
            runtimes = [options.runtime] if options.runtime else None
            arn = lab.layers.publish(options.name, content, description=options.description, compatible_runtimes=runtimes)
            return Published(lab, arn, note=note, warnings=warnings or ())
