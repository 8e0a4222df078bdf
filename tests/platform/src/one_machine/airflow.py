"""Airflow as in production, except for its size: PostgreSQL, a scheduler with the LocalExecutor, a DAG processor, and
the API server, each a separate process. And its REST API, to query the state of runs."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from one_machine.guard import Guarded
from one_machine.servers import await_answer
from one_machine.world import World


def variables(world: World) -> dict[str, str]:
    """Airflow's settings."""
    home = world.folder / "airflow"
    api = world.url("airflow")
    sections = {
        "CORE": {
            "EXECUTOR": "LocalExecutor",
            "DAGS_FOLDER": str(world.tools.root / "airflow" / "dags"),
            "LOAD_EXAMPLES": "False",
            # Tasks that wait for a host or for Spark occupy a slot, so there are more slots than cores.
            "PARALLELISM": "6",
            "EXECUTION_API_SERVER_URL": f"{api}/execution/",
            "DAGS_ARE_PAUSED_AT_CREATION": "False",
            # It listens on loopback only, and ends with this run.
            "SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        },
        "DATABASE": {"SQL_ALCHEMY_CONN": world.database("airflow", "postgresql+psycopg2")},
        "API": {"BASE_URL": api},
        "API_AUTH": {"JWT_SECRET": secrets.token_hex(32)},
        "LOGGING": {"BASE_LOG_FOLDER": str(home / "logs")},
        "USAGE_DATA_COLLECTION": {"ENABLED": "False"},
        "SCHEDULER": {
            "ENABLE_HEALTH_CHECK": "False",
            # A task whose process died silently is noticed after two minutes instead of five.
            "TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
            # And tasks of a killed scheduler are taken over after one minute instead of five.
            "ORPHANED_TASKS_CHECK_INTERVAL": "60",
        },
    }
    named = {f"AIRFLOW__{part}__{name}": value for part, all_of in sections.items() for name, value in all_of.items()}
    path = f"{world.tools.airflow.parent}:{world.environment()['PATH']}"
    return {"AIRFLOW_HOME": str(home), **named, "PATH": path}


@dataclass
class Run:
    """A run of a DAG."""

    dag: str
    name: str
    state: str
    year: str | None
    seconds: float | None


@dataclass
class Airflow:
    """Three processes and a URL."""

    world: World
    settings: Mapping[str, str]
    processes: list[Guarded]

    @classmethod
    def start(cls, world: World, pool: str, hosts: int) -> Airflow:
        """Creates the database, starts everything, and waits for the API server: tasks queued before it answers fail.

        `pool` has slots for `hosts` concurrent hosts.
        """
        (world.folder / "airflow").mkdir()
        made = cls(world, variables(world), [])
        made.command("db", "migrate")
        api = ["api-server", "--host", "127.0.0.1", "--port", str(world.ports["airflow"]), "--workers", "1"]
        made.processes.append(made._start("api-server", api))
        await_answer(made.processes[0], lambda: _healthy(f"{world.url('airflow')}/api/v2/monitor/health"))
        made.ask("POST", "/pools", {"name": pool, "slots": hosts, "description": "hosts", "include_deferred": False})
        made.processes.append(made._start("scheduler", ["scheduler", "--skip-serve-logs"]))
        made.processes.append(made._start("dag-processor", ["dag-processor"]))
        return made

    def _start(self, name: str, words: list[str]) -> Guarded:
        command = [str(self.world.tools.airflow.with_name("airflow")), *words]
        return Guarded.start(name, command, self.world.environment(**self.settings), self.world.log(name))

    def restart(self, name: str) -> None:
        """Kills a process, with everything it started, and starts it again."""
        words = {"scheduler": ["scheduler", "--skip-serve-logs"], "dag-processor": ["dag-processor"]}
        killed = next(one for one in self.processes if one.name == name)
        # First, so that its end is not reported as a failure.
        self.processes = [one for one in self.processes if one is not killed]
        killed.kill()
        self.processes.append(self._start(name, words[name]))

    def command(self, *words: str) -> str:
        """Runs `airflow WORDS…` as a person would; returns its output."""
        command = [str(self.world.tools.airflow.with_name("airflow")), *words]
        done = subprocess.run(
            command, env=self.world.environment(**self.settings), check=False, capture_output=True, text=True
        )
        with self.world.log("commands").open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        if done.returncode != 0:
            raise RuntimeError(f"`airflow {' '.join(words)}` ended with {done.returncode}:\n{done.stderr[-3000:]}")
        return done.stdout

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """An answer of the REST API."""
        data = None if body is None else json.dumps(body).encode()
        # A token is valid for a day; requesting a new one is simpler than storing it.
        with urlopen(f"{self.world.url('airflow')}/auth/token", timeout=30) as answer:  # noqa: S310 - loopback
            token = json.load(answer)["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = Request(f"{self.world.url('airflow')}/api/v2{path}", data, headers, method=method)  # noqa: S310
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def dags(self) -> set[str]:
        """DAGs that were parsed. Raises `RuntimeError` if a file could not be."""
        if errors := self.ask("GET", "/importErrors")["import_errors"]:
            raise RuntimeError(f"{errors[0]['filename']}: {errors[0]['stack_trace']}")
        return {one["dag_id"] for one in self.ask("GET", "/dags")["dags"]}

    def runs(self) -> list[Run]:
        """All runs of all DAGs, the oldest first."""
        # The story has a dozen; the API returns at most a hundred at once.
        found = self.ask("GET", f"/dags/~/dagRuns?{urlencode({'limit': 100, 'order_by': 'id'})}")["dag_runs"]
        return [_run(one) for one in found]

    def tasks(self, run: Run) -> list[dict[str, Any]]:
        """The task instances of a run."""
        path = f"/dags/{run.dag}/dagRuns/{quote(run.name, safe='')}/taskInstances?limit=100"
        found: list[dict[str, Any]] = self.ask("GET", path)["task_instances"]
        return found

    def link(self, run: Run) -> str:
        """The URL of the run's page."""
        return f"{self.world.url('airflow')}/dags/{run.dag}/runs/{quote(run.name, safe='')}"

    def stop(self) -> None:
        """Stops everything."""
        for one in reversed(self.processes):
            one.stop()


def _run(given: Mapping[str, Any]) -> Run:
    year = given.get("partition_key") or (given.get("conf") or {}).get("year")
    return Run(given["dag_id"], given["dag_run_id"], given["state"], year, given.get("duration"))


def _healthy(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
            return bool(json.load(answer)["metadatabase"]["status"] == "healthy")
    except (URLError, HTTPError, OSError, ValueError):
        return False
