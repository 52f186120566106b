from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
import requests

from moodle_bridge.practice.control import snapshot
from moodle_bridge.practice.keeping import Keeper, load, save
from tests.practice.course import Site


def test_a_saved_state_comes_back_whole(site: Site, tmp_path: Path) -> None:
    site.client.post(
        "/webservice/upload.php",
        data={"token": site.token(site.bridge), "file_1": (BytesIO(b"\xff"), "a.bin")},
    )
    first = site.moodle.state.posts[1]
    site.moodle.delete(site.bridge, list(site.moodle.state.posts.values())[-1])
    save(site.moodle.state, tmp_path / "state.json")
    back = load(tmp_path / "state.json")
    assert snapshot(back) == snapshot(site.moodle.state)
    assert back.files == site.moodle.state.files
    assert back.posts[1] == first
    assert back.next_id("post") == site.moodle.state.next_id("post")


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"version": 99}')
    with pytest.raises(ValueError, match="not written by this version"):
        load(tmp_path / "state.json")


def test_a_keeper_saves_what_changed_last(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with Keeper(site.moodle.state, path, every=60):
        site.moodle.post(site.participant, site.seeded.questions, "last", "x")
    assert load(path).discussions.keys() == site.moodle.state.discussions.keys()


def test_it_runs_in_a_process_of_its_own(tmp_path: Path, socket_enabled: None) -> None:
    command = [sys.executable, "-m", "moodle_bridge.practice", "--port", "0"]
    command += ["--state", str(tmp_path / "state.json"), "--control"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ}
    ) as practice:
        try:
            assert practice.stdout is not None
            lines = iter(practice.stdout.readline, "")
            url = next(
                found[0].rstrip("/")
                for line in lines
                if (found := re.match(r"http://\S+", line))
            )
            state = requests.get(f"{url}/practice/state", timeout=10).json()
            assert len(state["forums"]) == 5
        finally:
            practice.send_signal(signal.SIGTERM)
            practice.wait(120)
    assert practice.returncode == 0
    assert len(load(tmp_path / "state.json").forums) == 5
