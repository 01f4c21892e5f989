"""A notebook in a real JupyterLab or Notebook 7, through the application itself."""

from playwright.sync_api import Page

STARTING = 90_000  # milliseconds: a busy machine starts kernels slowly

# Clicking "Run All" before the session is settled would start two kernels.
_OPEN = """async (path) => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = path === null ? app.shell.currentWidget : await app.commands.execute("docmanager:open", { path });
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
}"""
_RUN_DOWN_TO = """async (cell) => {
  const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
  notebook.activeCellIndex = cell + 1;
  await app.commands.execute("notebook:run-all-above");
  notebook.activeCellIndex = cell;
}"""


def open_lab(page: Page, address: str, path: str) -> None:
    """Open a notebook in JupyterLab at an address, and wait until its kernel answers."""
    page.goto(f"{address}/lab", timeout=STARTING)
    page.wait_for_function("window.jupyterapp !== undefined", timeout=STARTING)
    open_notebook(page, path)


def open_notebook_7(page: Page, address: str, path: str) -> None:
    """Open a notebook in Notebook 7 at an address, and wait until its kernel answers."""
    page.goto(f"{address}/notebooks/{path}", timeout=STARTING)
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context !== undefined", timeout=STARTING)
    page.evaluate(_OPEN, None)


def open_notebook(page: Page, path: str) -> None:
    """Open a notebook, and wait until its kernel answers."""
    page.evaluate(_OPEN, path)


def run_all(page: Page) -> None:
    """Run all cells of the notebook that is open, and wait until they have run."""
    page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }")


def run_down_to(page: Page, cell: int) -> None:
    """Run the cells of the notebook that is open down to one, and wait until they have run."""
    page.evaluate(_RUN_DOWN_TO, cell)


def save(page: Page) -> None:
    """Save the notebook that is open."""
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
