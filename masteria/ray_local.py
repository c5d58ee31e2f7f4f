"""The embedded Ray: its environment, and a start without the daemons that a single machine does not need."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# A session's sockets lie about 65 characters below this folder, and a socket's path may have 107.
_LONGEST_FOLDER = 38
_KEPT_SESSIONS = 2
# Names are Ray's (ray_config_def.h and ray_constants.py of 2.60); each is read at process start.
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",  # the gateway and the shards share the cores with everything else on equal terms
    "RAY_memory_monitor_refresh_ms": "0",  # killing workers at 95 % of memory would kill the door first
    "RAY_prestart_worker_first_driver": "0",
    "RAY_enable_worker_prestart": "0",
    "RAY_task_events_report_interval_ms": "0",
    "RAY_enable_metrics_collection": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_LOG_TO_DRIVER": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_worker_maximum_startup_concurrency": "8",  # all actors start at once, not as many as there are cores
}


def environment(base: Mapping[str, str], token_file: Path) -> dict[str, str]:
    """Return the environment of the cluster's processes: Ray's own variables of the shell are left out.

    Args:
        base: normally ``os.environ``.
        token_file: the cluster's token, so that no other Ray of this user can talk to it.
    """
    kept = {name: value for name, value in base.items() if not name.startswith("RAY_")}
    return kept | _ENVIRONMENT | {"RAY_AUTH_TOKEN_PATH": str(token_file)}


def prepare_folder(data_dir: Path) -> Path:
    """Return where Ray keeps its sockets and logs: ``<data-dir>/run/ray/s``, by a short name if its path is too long.

    The logs of the last sessions stay; nothing of Ray may be running there. Ray opens its folder to everybody, so it
    stands in one that is not.
    """
    closed = data_dir / "run" / "ray"
    closed.mkdir(parents=True, exist_ok=True, mode=0o700)
    inside = closed / "s"
    inside.mkdir(exist_ok=True)
    _remove_old_sessions(inside)
    if len(os.fsencode(inside)) <= _LONGEST_FOLDER:
        return inside
    short = _short_name(data_dir)
    short.unlink(missing_ok=True)
    short.symlink_to(inside, target_is_directory=True)
    return short


def forget_folder(data_dir: Path) -> None:
    """Remove the short name, once Ray has stopped."""
    _short_name(data_dir).unlink(missing_ok=True)


def _short_name(data_dir: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"masteria-{digest}"


def _remove_old_sessions(folder: Path) -> None:
    sessions = sorted(path for path in folder.glob("session_2*") if path.is_dir())
    for old in sessions[: max(0, len(sessions) - _KEPT_SESSIONS)]:
        shutil.rmtree(old, ignore_errors=True)


def start(folder: Path, namespace: str, object_store_mb: int) -> None:
    """Start GCS and raylet of our own on this machine and connect to them as the driver.

    ``ray.init`` starts an autoscaler, a log monitor and an API server too (about 50 MB and 0.7 s of CPU each); there
    is no argument against them, so they are left out where ``ray.init`` asks for them.
    """
    import ray
    from ray._private import node, parameter

    parameter.RayParams = functools.partial(parameter.RayParams, no_monitor=True, include_log_monitor=False)
    node.Node.start_api_server = _no_api_server
    ray.init(
        address="local",
        namespace=namespace,
        include_dashboard=False,
        object_store_memory=object_store_mb * 1024 * 1024,
        log_to_driver=False,
        logging_level="WARNING",
        configure_logging=False,
        _temp_dir=str(folder),
        _node_ip_address="127.0.0.1",
    )


def _no_api_server(_node: Any, **_options: Any) -> None:
    """Stand in the place of ``Node.start_api_server``."""


def join(address: str, namespace: str) -> None:
    """Connect to a cluster that others run, and ship it this code; nothing of the data directory goes with it.

    Args:
        address: as in ``RAY_ADDRESS``: ``host:port``, or ``auto`` on one of its nodes.
        namespace: the installation's name.
    """
    import ray

    root = Path(__file__).resolve().parent.parent
    shipped = {"working_dir": str(root), "excludes": sorted(_not_shipped(root)), "env_vars": _own_variables()}
    ray.init(address=address, namespace=namespace, log_to_driver=False, runtime_env=shipped, logging_level="WARNING")


def end_actors() -> None:
    """End every actor of this installation (the namespace of the connection), the supervisor first."""
    import ray
    from ray.util import list_named_actors

    for name in sorted(list_named_actors(), key=lambda name: name != "supervisor"):
        with contextlib.suppress(ValueError):  # it is gone already
            ray.kill(ray.get_actor(name), no_restart=True)


def _not_shipped(root: Path) -> set[str]:
    """Return everything beside the packages that actors import."""
    needed = {"engine", "storage", "whatsapp", "integrations", "actors", "gateway"}
    return {f"/{path.name}" for path in root.iterdir() if path.name not in needed}


def _own_variables() -> dict[str, str]:
    names = ("MASTERIA_SECRET_KEY", "MASTERIA_RUN_ID", "MASTERIA_LOG_LEVEL")
    return {name: os.environ[name] for name in names if name in os.environ}
