"""A throw-away PostgreSQL on loopback: made once, stopped at the end.

The programs are those of this machine (`.ci/run` installs them). They refuse to run as
root, so root starts them as another user, in a folder of that user.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

USER = "reconcile"


class Cluster:
    """One server; each state has a schema of its own in it."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._schemas = 0
        self.password = secrets.token_hex(8)
        self.port = 0
        self._user = _other_user()
        self._folder = Path(mkdtemp(prefix="reconcile-postgres-"))
        if self._user:
            shutil.chown(self._folder, self._user)

    def start(self) -> None:
        secret = self._folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)  # below a folder that is closed to others
        self._run(
            "initdb",
            *("--username", USER, "--auth", "scram-sha-256", "--no-sync"),
            *("--pwfile", str(secret), "--encoding", "UTF8", "--locale", "C"),
        )
        self.port = _free_port()
        self.up()

    def up(self) -> None:
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off "
        settings += "-c unix_socket_directories='' -c shared_buffers=16MB"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "--silent", "-l", log, "-o", settings)

    def down(self) -> None:
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", "immediate")

    def url(self, schema: str = "public", *, port: int | None = None) -> str:
        """Without the password: that is in PGPASSWORD."""
        place = f"{USER}@127.0.0.1:{port or self.port}/postgres"
        return f"postgresql+psycopg://{place}?options=-csearch_path%3D{schema}"

    def new_url(self) -> str:
        """A place that nobody has used."""
        self._schemas += 1
        schema = f"s{self._schemas}"
        self.sql(f"create schema {schema}")
        return self.url(schema)

    def sql(self, statement: str, schema: str = "public") -> list[tuple[object, ...]]:
        import psycopg

        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=self.password,
            dbname="postgres",
            options=f"-csearch_path={schema}",
            autocommit=True,
        ) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        path, data = str(self._programs / program), str(self._folder / "data")
        group = pwd.getpwnam(self._user).pw_gid if self._user else None
        with (self._folder / "output").open("a") as output:
            subprocess.run(  # noqa: S603
                [path, "-D", data, *arguments],
                user=self._user,
                group=group,
                extra_groups=[] if self._user else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                check=True,
            )


def programs() -> Path | None:
    """Where initdb is; Debian keeps it out of the way."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(folders, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


@contextmanager
def cluster(skip: Callable[[str], None]) -> Iterator[Cluster]:
    found = programs()
    if found is None:
        skip("needs PostgreSQL: initdb is not installed")
    assert found is not None
    server = Cluster(found)
    try:
        server.start()
        try:
            yield server
        finally:
            server.down()
    finally:
        server.remove()


def _other_user() -> str | None:
    """Whom root becomes; nobody else needs to."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
