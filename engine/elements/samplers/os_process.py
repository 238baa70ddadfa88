"""OS Process Sampler: run a command and take its output as the response. Mirrors SystemSampler."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Sampler, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.config.arguments import pairs_of
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.charset import Fallback

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

LEAVE_S = 1.0
"""How long a process that is told to end is waited for."""

FAILED = "Exception occurred whilst executing system call: "
INTERRUPTED = "System Sampler interrupted whilst executing system call: java.lang.InterruptedException"


@element("SystemSampler")
class OsProcessSampler(Sampler):
    """Runs one command per sample; its output is read while it runs, so that it never waits for us."""

    command = text("SystemSampler.command")
    directory = text("SystemSampler.directory")
    checks = flag("SystemSampler.checkReturnCode")
    expected = whole("SystemSampler.expectedReturnCode")
    stdin = text("SystemSampler.stdin")
    stdout = text("SystemSampler.stdout")
    stderr = text("SystemSampler.stderr")
    timeout_ms = whole("SystemSampler.timeout", bits=64)

    def prepare(self, node: Node, build: Build) -> None:
        self.arguments = pairs_of(node.child("SystemSampler.arguments"), build)
        self.environment = pairs_of(node.child("SystemSampler.environment"), build)
        self.encoding = Fallback(build.properties.get("sampleresult.default.encoding", "ISO-8859-1"))
        self.cwd = Path.cwd()
        self.files = ((self.stdin, "rb"), (self.stdout, "wb"), (self.stderr, "wb"))

    async def sample(self, user: User, result: SampleResult) -> SampleResult:
        # JMeter takes output that it has in the platform's encoding for text in its default one
        result.data_type, result.encoding = "text", self.encoding
        words = [self.command.get(user), *(value.get(user) for _, value in self.arguments)]
        environment = {name.get(user): value.get(user) for name, value in self.environment}
        where = str(self.cwd / self.directory.get(user))
        shown = ", ".join(f"{name}={value}" for name, value in environment.items())
        result.sampler_data = f"Working Directory: {where}\nEnvironment: {{{shown}}}\nExecuting: {' '.join(words)}"
        with ExitStack() as opened:
            try:
                files = [_opened(opened, name.get(user), mode) for name, mode in self.files]
            except OSError as error:
                return fail(result, f"{FAILED}java.io.FileNotFoundException: {error.filename} ({error.strerror})")
            result.begin()
            await self.run(user, result, words, {**os.environ, **environment}, where, files)
        return result

    async def run(
        self,
        user: User,
        result: SampleResult,
        words: list[str],
        environment: dict[str, str],
        where: str,
        files: list[IO[bytes] | None],
    ) -> None:
        """Run the command and write what became of it into the result."""
        stdin, stdout, stderr = files
        output = bytearray()
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=stdin or DEVNULL,
                stdout=stdout or PIPE,
                stderr=stderr or STDOUT,
                env=environment,
                cwd=where,
            )
        except OSError as error:
            result.end()
            why = f'Cannot run program "{words[0]}" (in directory "{where}"): error={error.errno}, {error.strerror}'
            fail(result, f"{FAILED}java.io.IOException: {why}")
            return
        try:
            timeout_ms = self.timeout_ms.get(user)
            code = await asyncio.wait_for(_ended(process, output), timeout_ms / 1000 if timeout_ms > 0 else None)
            self.judge(user, result, code)
        except TimeoutError:
            fail(result, f"Process timeout reached after {timeout_ms} milliseconds")
        finally:
            result.end()
            result.body = bytes(output)
            result.body_bytes = len(output)
            if process.returncode is None:
                await _terminated(process)

    def judge(self, user: User, result: SampleResult, code: int) -> None:
        """Hold the return code against the expected one."""
        expected = self.expected.get(user)
        result.response_code = str(code)
        result.success = not self.checks.get(user) or code == expected
        unexpected = f"Unexpected return code.  Expected [{expected}]. Actual [{code}]."
        result.response_message = "OK" if result.success else unexpected

    def interrupted(self, user: User, result: SampleResult) -> SampleResult:
        return fail(result, INTERRUPTED)


def fail(result: SampleResult, message: str) -> SampleResult:
    """Make the result that of a command that did not run to its end."""
    result.success, result.response_code, result.response_message = False, "500", message
    return result


def _opened(stack: ExitStack, name: str, mode: str) -> IO[Any] | None:
    return stack.enter_context(Path(name.strip() if mode == "rb" else name).open(mode)) if name.strip() else None


async def _terminated(process: Process) -> None:
    with suppress(ProcessLookupError, TimeoutError):
        process.terminate()
        await asyncio.wait_for(process.wait(), LEAVE_S)


async def _ended(process: Process, output: bytearray) -> int:
    if process.stdout is not None:
        while chunk := await process.stdout.read(65536):
            output += chunk
    code = await process.wait()
    return code if code >= 0 else 128 - code
