"""HTTP Request, as it stands in the plan; http_sampling is what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Sampler
from pyjm.engine.compile.merge import merged, worn
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, as_flag
from pyjm.engine.http.keeping import WHOLE, Keeping
from pyjm.engine.vu.result import HttpSampleResult

from ..config.auth_manager import AuthManager
from ..config.cache_manager import CacheManager
from ..config.cookie_manager import CookieManager
from ..config.dns_cache_manager import DnsCacheManager
from ..config.header_manager import HeaderManager
from .http_agent import agent_of
from .http_changes import CHANGING, Changes
from .http_connections import number
from .http_embedded import Embedded
from .http_fields import Fields
from .http_from_file import SCHEME, FromFile
from .http_implementation import implementation_of
from .http_recipe import Recipe
from .http_sampling import Sampling
from .http_unsupported import report_unsupported
from .http_version import Version, version_of
from .http_way import Ways, run_proxy
from .http_worn import Worn

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


APPLIED = frozenset(("HttpDefaultsGui", "SimpleConfigGui", "LoginConfigGui", "TestBeanGUI"))
"""The GUI classes of config elements that JMeter merges into an HTTP Request."""


def keeping_of(properties: dict[str, str]) -> Keeping:
    """Read what is kept of bodies, and which may end too early."""
    most = max(number(properties, "httpsampler.max_bytes_to_store_per_request", 0), 0)
    switches = {"gzip": "httpclient4.gzip_relax_mode", "deflate": "httpclient4.deflate_relax_mode"}
    relaxed = [packing for packing, key in switches.items() if as_flag(properties.get(key, "false").strip())]
    return Keeping(most, relaxed=frozenset(relaxed)) if most or relaxed else WHOLE
def applied(build: Build) -> Sequence[Node]:
    """Give the defaults that complete a request, the nearest first."""
    return [default for default in build.defaults if default.gui in APPLIED]


@element("HTTPSamplerProxy")
class HttpRequest(Sampler):
    """Sends a request, follows redirects, and says what came of it."""

    result_type = HttpSampleResult
    interruptible = False
    names_itself = True

    def written(self, node: Node, build: Build) -> Node:
        """Give the request as it is written, completed by its defaults."""
        return merged(node, applied(build))

    def version(self, written: Node, build: Build) -> Version:
        """Tell what is spoken with servers."""
        return version_of(written, build)

    def prepare(self, node: Node, build: Build) -> None:
        written = self.written(node, build)
        report_unsupported(written, build)
        self.labels_late = self.label.constant is None
        self.sampling: Sampling | Worn = self.sampling_of(written, build)
        left = worn(node, applied(build))
        if left is not None:
            self.sampling = Worn(self.sampling, self.sampling_of(self.written(left, build), build))

    def sampling_of(self, written: Node, build: Build) -> Sampling:
        """Make what sends a request that is completed."""
        managers = [config.fields for config in build.configs if isinstance(config, HeaderManager)]
        cookies = [config for config in build.configs if isinstance(config, CookieManager)]
        caches = [config for config in build.configs if isinstance(config, CacheManager)]
        auths = [config for config in build.configs if isinstance(config, AuthManager)]
        resolvers = [config for config in build.configs if isinstance(config, DnsCacheManager)]
        version = self.version(written, build)
        made_of = implementation_of(written, build, version)
        agent = agent_of(build.properties, always=made_of.verbatim) if self.names_itself else None
        ways = Ways(written, build, run_proxy(build, agent), agent)
        recipe = Recipe(
            written,
            build,
            Fields(managers, made_of.verbatim),
            cookies[-1] if cookies else None,
            caches[-1] if caches else None,
            auths[-1] if auths else None,
            agent,
            ways,
            made_of.maker,
        )
        protocol = recipe.protocol.constant
        may_be_file = protocol is None or protocol.lower() == SCHEME
        md5: Value[bool] = build.value(written.text("HTTPSampler.md5", "false"), written.path).map(as_flag)
        begins = keeping_of(build.properties)
        embedded = Embedded(written, build)
        self.reads_own_body = embedded.possible
        made_of.connections.manages_names |= bool(resolvers)
        return made_of.sampling(
            recipe,
            made_of.connections,
            made_of.filler(build.properties.get("sampleresult.default.encoding", "")),
            embedded,
            label=self.label.get,
            labels_late=self.labels_late,
            file=FromFile(recipe, build) if may_be_file else None,
            dns=resolvers[-1] if resolvers else None,
            shown_as_sent=not ways.constant or ways.always is not None or version is not Version.HTTP1,
            changeable=CHANGING in build.kept,
            begins=begins,
            md5=None if md5.constant is False else md5.get,
        )

    async def sample(self, user: User, result: SampleResult) -> SampleResult | None:
        return await self.sampling.sample(user, result)

    def verb(self) -> Callable[[User, SampleResult], Awaitable[SampleResult | None]]:
        return self.sampling.sample

    @property
    def direct(self) -> Sampling | None:
        return self.sampling.direct

    @property
    def keep_body(self) -> bool:
        return self.sampling.keep_body

    @keep_body.setter
    def keep_body(self, keep: bool) -> None:
        self.sampling.keep_body = keep

    def changes(self, user: User) -> Changes:
        """Give the next sample's request to a pre-processor, which may change it."""
        return self.sampling.changes(user)

    def interrupted(self, user: User, result: SampleResult) -> SampleResult | None:
        return self.sampling.interrupted(user, result)

    def thread_finished(self, user: User) -> None:
        """Close the user's connections."""
        self.sampling.connections.close(user)
