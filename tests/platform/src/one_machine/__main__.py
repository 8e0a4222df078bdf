"""`python -m one_machine`: the whole platform on one machine. Start it with `cargo xtask platform`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from one_machine import contents, page, seen, terminal
from one_machine.screen import Screen
from one_machine.start import Platform, started
from one_machine.stations import Stations
from one_machine.story import Story
from one_machine.tools import Tools
from one_machine.world import World


def main() -> int:
    """Returns the exit code: 0 everything is as expected, 1 it is not."""
    parser = argparse.ArgumentParser(prog="python -m one_machine", description="The platform on one machine")
    parser.add_argument("--tools", type=Path, required=True, help="JSON file that names the programs")
    parser.add_argument("--folder", type=Path, required=True, help="Folder for all output; emptied first")
    parser.add_argument("--rows", type=int, default=20_000, help="Approximate records per year (default: %(default)s)")
    parser.add_argument(
        "--rough", action="store_true", help="Run twice; the second time, kill each task and server once"
    )
    parser.add_argument("--keep", action="store_true", help="Leave the servers running until Ctrl-C")
    given = parser.parse_args()
    # Like Ctrl-C: everything is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    screen, tools = Screen(), Tools.read(given.tools)
    smooth: dict[str, str] = {}
    if given.rough:
        screen.step("first without a disturbance, to know what has to come of it")
        with started(World.make(tools, given.folder), screen) as platform:
            Story(platform, given.rows).tell()
            smooth = contents.digests(Stations.open(platform.world))
        screen.step("and now with every station and server killed once")
    world = World.make(tools, given.folder)
    with started(world, screen) as platform:
        story = Story(platform, given.rows)
        story.tell_roughly() if given.rough else story.tell()
        screen.step("every station is asked what it has")
        found = seen.look(story)
        if given.rough:
            found.faults.extend(_disturbed(platform.world, story, smooth))
        screen.plain(terminal.text(found))
        place = page.write(world.folder / "page.html", story, found)
        screen.plain(f"\nthe page: {place}")
        if given.keep:
            _keep(platform)
    return 0 if found.agrees else 1


def _disturbed(world: World, story: Story, smooth: dict[str, str]) -> list[str]:
    differing = contents.differing(smooth, contents.digests(Stations.open(world)))
    if not differing and not story.spared:
        story.screen.say(f"all {len(smooth)} tables are identical to those of the undisturbed run, to the last cell")
    return [f"`{one}` is not what it is without a disturbance" for one in differing] + [
        f"this was to be killed, and was not: {one}" for one in story.spared
    ]


def _keep(platform: Platform) -> None:
    screen, world = platform.screen, platform.world
    screen.plain(f"\nAll of it runs until Ctrl-C. Airflow: {world.url('airflow')}")
    if world.tools.trino:
        screen.plain(f"Trino: {world.url('trino')}; warehouse: psql {world.warehouse}")
    screen.plain("To talk to it from another terminal:")
    for name, value in world.variables().items():
        screen.plain(f"export {name}={value}")
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    try:
        code = main()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
