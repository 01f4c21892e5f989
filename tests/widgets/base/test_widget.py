"""The base of all widgets: keywords, bundles, pictures without a browser, and threads."""

import threading

import pytest
from traitlets import Int

from tnlab.formats import formats
from tnlab_widgets import Explorer, NetworkEditor
from tnlab_widgets.base.widget import BaseWidget, from_page


class Counter(BaseWidget):
    """Two numbers: one the page sets, one a worker sets."""

    _esm = "export default {}"
    written = from_page(Int(0))
    from_worker = Int(0).tag(sync=True)


def test_an_unknown_keyword_is_refused_by_name():
    with pytest.raises(TypeError, match="NetworkEditor has no keyword 'red_only'"):
        NetworkEditor(red_only=True)
    with pytest.raises(TypeError, match="Explorer has no keyword 'shape'"):
        Explorer("camera", shape=(4,) * 8)


def test_a_missing_bundle_says_how_to_build_it(monkeypatch, tmp_path):
    monkeypatch.setattr("tnlab_widgets.base.widget.STATIC", tmp_path)

    class Unbuilt(BaseWidget, bundle="unbuilt"):
        pass

    with pytest.raises(FileNotFoundError, match=r"unbuilt\.js.*npm run build"):
        Unbuilt()


def test_a_bundle_and_its_style_are_taken_from_files(monkeypatch, tmp_path):
    monkeypatch.setattr("tnlab_widgets.base.widget.STATIC", tmp_path)
    (tmp_path / "built.js").write_text("export default {}")
    (tmp_path / "built.css").write_text("svg {}")

    class Built(BaseWidget, bundle="built"):
        pass

    first, second = Built(), Built()  # anywidget makes a new class for each: style-anchors' first lesson
    assert str(first._esm) == str(second._esm) == "export default {}"
    assert str(second._css) == "svg {}"


def test_readers_without_a_kernel_get_a_picture(page):
    editor = page(NetworkEditor(formats["tr"].build((4, 5, 6), 3))).widget
    data, _ = editor._repr_mimebundle_()
    assert data["image/svg+xml"].startswith("<svg")
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "4x5x6: 3 cores, 3 bonds, 135 parameters" in data["text/plain"]


def test_no_update_is_lost_between_page_and_worker():
    """Without the lock a third of these notifications are merged away."""
    widget, rounds, heard = Counter(), 2000, {"written": 0, "from_worker": 0}

    def count(change):
        heard[change["name"]] += 1

    widget.observe(count, names=["written", "from_worker"])
    worker = threading.Thread(target=lambda: [widget.push(from_worker=k) for k in range(1, rounds + 1)])
    worker.start()
    for k in range(1, rounds + 1):
        widget.set_state({"written": k})
    worker.join()
    assert heard == {"written": rounds, "from_worker": rounds}
    widget.close()


def test_observers_of_two_threads_do_not_run_at_once(page):
    shown = page(NetworkEditor(formats["tt"].build((4,) * 4, 2)))
    inside, most = 0, 0

    def watch(_change):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        inside -= 1

    shown.widget.observe(watch, names=["proposal", "verdict"])
    threads = [
        threading.Thread(target=lambda: [shown.propose(formats["tt"].build((4,) * 4, r)) for r in range(1, 60)])
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 2  # a verdict within its own proposal
    assert shown.widget.structure_seq == shown.widget.numbers["seq"] == shown.widget.verdict["seq"]
