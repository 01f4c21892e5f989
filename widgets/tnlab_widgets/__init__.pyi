from .editor import NetworkEditor as NetworkEditor
from .explorer import Explorer as Explorer
from .workbench import SearchWorkbench as SearchWorkbench
