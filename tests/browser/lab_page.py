"""A notebook in a real JupyterLab, opened through the application itself."""

from playwright.sync_api import Page

# Clicking "Run All" before the session is settled would start two kernels.
_OPEN = """async (path) => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = await app.commands.execute("docmanager:open", { path });
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
}"""


def open_notebook(page: Page, path: str) -> None:
    """Open a notebook, and wait until its kernel answers."""
    page.evaluate(_OPEN, path)


def run_all(page: Page) -> None:
    """Run all cells of the notebook that is open, and wait until they have run."""
    page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
