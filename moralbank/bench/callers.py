"""Browsers of few means, many at once, in a process of their own: they take no time of the server.

Run as `python -m moralbank.bench.callers`: tasks come in as JSON lines, answers go out so. A task
names paths and forms; every answer's status is compared with what it must be.
"""

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Barrier, Thread
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlencode

TIMEOUT_S: Final = 60
_TOKEN: Final = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_FORM: Final = "application/x-www-form-urlencoded"
OK: Final = 200
SEE_OTHER: Final = 303


class WrongAnswer(RuntimeError):
    """A page answered otherwise than it must; the measurement ends."""


class Visitor:
    """Keeps one connection, its cookies and nothing else."""

    def __init__(self, port: int) -> None:
        """Connect at the first question."""
        self.connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        self.cookies: dict[str, str] = {}
        self.server = ""

    def ask(
        self, method: str, path: str, fields: Mapping[str, Any] | None = None
    ) -> tuple[int, str]:
        """Status, and where the answer leads (else its text)."""
        if fields is None:
            status, where, content = self.send(method, path)
        else:
            status, where, content = self.send(method, path, urlencode(fields).encode(), _FORM)
        return status, where or content.decode()

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> tuple[int, str, bytes]:
        """Status, where the answer leads, and what it holds; `body` is of that `kind`."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = kind
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        self.server = answer.headers.get("Server", "")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, answer.headers.get("Location") or "", content

    def page(self, path: str) -> str:
        """A page that must be there."""
        status, text = self.ask("GET", path)
        if status != OK:
            raise WrongAnswer(path, status)
        return text

    def token(self, path: str) -> str:
        """The token of a page's form."""
        found = _TOKEN.search(self.page(path))
        if found is None:
            raise WrongAnswer(path)
        return found.group(1)

    def sign_in(self, name: str, password: str) -> None:
        """As somebody."""
        fields = {"name": name, "password": password, "csrf_token": self.token("/sign-in")}
        status, _where = self.ask("POST", "/sign-in", fields)
        if status != SEE_OTHER:
            raise WrongAnswer(status)


class Callers:
    """The process's own side: signed-in browsers, and rounds of questions by all of them."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        """Sign all of them in, and fetch the token of the form that they'll send."""
        self.visitors = [Visitor(task["port"]) for _number in range(task["callers"])]
        self.tokens = []
        for visitor in self.visitors:
            visitor.sign_in(task["name"], task["password"])
            self.tokens.append(visitor.token(task["form"]))

    def round(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Share so many questions; how long all took, each wait, and who answered."""
        ready, waits, wrong = Barrier(len(self.visitors) + 1), [], []

        def work(number: int) -> None:
            visitor = self.visitors[number]
            ready.wait()
            for turn in range(number, task["acts"], len(self.visitors)):
                begun = perf_counter()
                status, where = self._ask(visitor, task, self.tokens[number], turn)
                waits.append(perf_counter() - begun)
                if status != task["status"] or task["leads"] not in where:
                    wrong.append(f"{status} {where[:200]}")

        threads = [Thread(target=work, args=(n,)) for n in range(len(self.visitors))]
        for thread in threads:
            thread.start()
        ready.wait()
        begun = perf_counter()
        for thread in threads:
            thread.join()
        servers = sorted({visitor.server for visitor in self.visitors})
        return {
            "taken": perf_counter() - begun,
            "waits": waits,
            "wrong": wrong,
            "servers": servers,
        }

    @staticmethod
    def _ask(visitor: Visitor, task: Mapping[str, Any], token: str, turn: int) -> tuple[int, str]:
        if "fields" not in task:
            return visitor.ask("GET", task["path"])
        fields = dict(task["fields"])
        for name, choices in task["turns"].items():
            fields[name] = choices[turn % len(choices)]
        fields |= {"csrf_token": token, "request_id": secrets.token_hex(16)}
        return visitor.ask("POST", task["path"], fields)


class Process:
    """That process, as the bench speaks with it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """It waits for its first task."""
        self._process = process

    def do(self, **task: Any) -> dict[str, Any]:
        """Give it a task; raises WrongAnswer where it met one."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline() or "{}")
        if "wrong_answer" in said or not said:
            raise WrongAnswer(said.get("wrong_answer", "the callers are gone"))
        return said


@contextmanager
def callers() -> Iterator[Process]:
    """Callers for as long as the block lasts."""
    command = [sys.executable, "-m", "moralbank.bench.callers"]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Process(process)
    finally:
        process.terminate()
        process.communicate()


def main() -> None:
    """Answer tasks until there are no more."""
    known: Callers | None = None
    for line in sys.stdin:
        task = json.loads(line)
        try:
            if known is None:
                known = Callers(task)
                said: dict[str, Any] = {"ready": True}
            else:
                said = known.round(task)
        except (WrongAnswer, OSError) as fault:
            said = {"wrong_answer": f"{type(fault).__name__} {fault}"}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
