"""A page that may load nothing from outside this machine, and whose errors are remembered."""

from dataclasses import dataclass, field
from urllib.parse import urlparse

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Route

_LOCAL_HOSTS = {"127.0.0.1", "localhost"}
_LOCAL_SCHEMES = {"data", "blob", "about"}

# Said by Jupyter itself about itself.
_HARMLESS = ("Unsatisfied version", "favicon.ico")
_NOTEBOOK_SCRIPT = "/static/notebook/"  # Notebook 7.6 reads a schema that is not there, before any cell has run


@dataclass
class Watched:
    """A page with the requests it tried to send elsewhere and the errors it raised."""

    page: Page
    external: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Fail when a request wanted to leave the machine or the page raised an error."""
        assert self.external == []
        assert self.errors == []


def open_page(browser: Browser, **context: object) -> tuple[Watched, BrowserContext]:
    """Return a new page in a context of its own; requests to other machines are refused and recorded."""
    browser_context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context})
    page = browser_context.new_page()
    page.set_default_timeout(10_000)
    watched = Watched(page)

    def refuse_others(route: Route) -> None:
        url = urlparse(route.request.url)
        if url.scheme in _LOCAL_SCHEMES or url.hostname in _LOCAL_HOSTS:
            route.fallback()
        else:
            watched.external.append(route.request.url)
            route.abort()

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text + str(message.location) for words in _HARMLESS):
            watched.errors.append(f"console: {message.text} {message.location.get('url', '')}")

    def remember(error: Error) -> None:
        if not any(_NOTEBOOK_SCRIPT in line for line in (error.stack or "").splitlines()[1:2]):
            watched.errors.append(f"page: {error}")

    browser_context.route("**/*", refuse_others)
    page.on("pageerror", remember)
    page.on("console", note)
    return watched, browser_context
