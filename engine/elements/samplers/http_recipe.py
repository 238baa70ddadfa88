"""Hot path: what an HTTP Request is made of, compiled, and how a request is made of it for one sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.value import as_flag
from pyjm.engine.http.auth import answer
from pyjm.engine.http.errors import PROTOCOL, WireError
from pyjm.engine.http.negotiate import offered as offered_kerberos
from pyjm.engine.http.ntlm import Handshake, offered
from pyjm.engine.http.url import parse_url

from ..config.auth_manager import KERBEROS
from .http_arguments import Arguments, Pairs
from .http_fields import Fields
from .http_files import ReadFile, files_of
from .http_making import IN_QUERY, Entity, Made, Maker, Refused, Settings
from .http_target import RefusedUrl, Target, Targets, port_of, target_of_text

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.compile.value import Value
    from pyjm.engine.http.negotiate import Negotiation
    from pyjm.engine.http.response import Response
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from ..config.auth_manager import AuthManager
    from ..config.cache_manager import CacheManager
    from ..config.cookie_manager import CookieManager
    from .http_way import Way, Ways

_KNOWN_MAX = 256


class Recipe:
    """One HTTP Request with all that config elements add to it.

    `ready` is the request of all samples, once it is made, where it is the same each time.
    """

    def __init__(
        self,
        node: Node,
        build: Build,
        fields: Fields,
        cookies: CookieManager | None,
        cache: CacheManager | None,
        auth: AuthManager | None,
        agent: str | None,
        ways: Ways,
        kind: type[Maker] = Maker,
    ) -> None:
        self.ways = ways
        self.kind = kind
        self.fields = fields
        self.cookies = cookies
        self.cache = cache
        self.auth = auth
        self.managed = cookies is not None or cache is not None or auth is not None
        self.agent = agent
        self.adds_type = build.properties.get("http.post_add_content_type_if_missing", "").strip().lower() == "true"
        self.arguments = Arguments(node.child("HTTPsampler.Arguments"), build, node.path)
        self.files = files_of(node, build)
        self.read(node, build)
        self.targets: dict[tuple[str, str, int, Way | None], Targets] = {}
        self.urls: dict[str | tuple[str, Way], Target] = {}
        self.makers: dict[Settings, Maker] = {}
        settings: list[Value[Any]] = [self.method, self.charset, *self.switches, *self.timeouts]
        self.same_settings = all(value.constant is not None for value in settings) and ways.constant
        self.same_maker: Maker | None = None
        places = (self.path, self.domain, self.protocol, self.port)
        self.same = (
            self.same_settings
            and all(value.constant is not None for value in places)
            and self.arguments.constant
            and fields.constant
            and not self.files
            and not self.switches[3].constant
        )
        self.ready: Made | None = None
        self.begun: Made | None = None
        # a GET that can have no body, and a server that is the same for all samples: what most plans have
        self.plain_get = self.method.constant == "GET" and self.arguments.bodiless and not self.files
        self.plain_get = self.plain_get and self.switches[5].constant is False
        self.same_targets: Targets | None = None
        if ways.constant and all(place.constant is not None for place in (self.domain, self.protocol, self.port)):
            protocol = self.protocol.constant or "http"
            port = port_of(protocol, self.port.constant or "")
            self.same_targets = Targets(protocol, self.domain.constant or "", port, ways.always, self.kind.target)

    def read(self, node: Node, build: Build) -> None:
        """Read what the request is made of."""
        self.path, self.domain, self.method, self.protocol, self.port, self.charset = [
            build.value(node.text(f"HTTPSampler.{key}"), node.path)
            for key in ("path", "domain", "method", "protocol", "port", "contentEncoding")
        ]
        self.switches: list[Value[bool]] = [
            build.value(node.text(f"HTTPSampler.{key}", "false"), node.path).map(as_flag)
            for key in (
                "follow_redirects",
                "auto_redirects",
                "use_keepalive",
                "DO_MULTIPART_POST",
                "BROWSER_COMPATIBLE_MULTIPART",
                "postBodyRaw",
            )
        ]
        self.timeouts: list[Value[float]] = [
            build.value(node.text(f"HTTPSampler.{key}"), node.path).map(seconds)
            for key in ("connect_timeout", "response_timeout")
        ]

    def make(self, user: User, result: SampleResult, label: Callable[[User], str] | None) -> Made:
        """Make the request of one sample. Raises WireError without a URL, RefusedUrl for a bad one.

        A `label` is evaluated when the URL is known, before the rest.
        """
        if label is not None and (self.ready is not None or self.begun is not None):
            result.label = label(user)
        if self.ready is not None:
            return self.ready
        begun = self.begun
        if begun is not None:
            return self.send(user, begun.maker, begun.target, begun.method, begun.entity)
        pairs = self.arguments.pairs
        path = self.path.get(user)
        if " " in path:
            path = path.replace(" ", "%20")
        if path.startswith(("http://", "https://")):
            maker = self.same_maker or self.maker(user)
            try:
                target = self.whole(path, maker.settings.way)
            except RefusedUrl as error:
                raise self.refusal(error) from None
        else:
            targets = self.same_targets
            if targets is None:
                domain = self.domain.get(user)
                protocol = self.protocol.get(user) or "http"
            maker = self.same_maker or self.maker(user)
            if maker.settings.method in IN_QUERY and self.arguments.arguments:
                pairs = self.arguments.read(user) if pairs is None else pairs
                path = self.with_query(user, maker, path, pairs)
            if targets is None:
                targets = self.targets_of(protocol, domain, self.port.get(user), maker.settings.way)
            try:
                target = targets.of(path if path.startswith("/") else "/" + path)
            except RefusedUrl as error:
                raise self.refusal(error) from None
        if label is not None:
            result.label = label(user)
        try:
            if self.plain_get and not self.same:
                return self.send(user, maker, target, "GET", None)
            return self.request(user, maker, target, pairs)
        except Refused:
            raise
        except WireError as error:
            raise RefusedUrl(error, target.text) from None

    def refusal(self, error: RefusedUrl) -> RefusedUrl:
        """Give what a URL is refused with: in JMeter its cookies are looked for before anybody asks who the host is."""
        if self.cookies is None or error.kind != PROTOCOL:
            return error
        return RefusedUrl(self.cookies.refusal(parse_url(error.url).host) or error, error.url)

    def request(self, user: User, maker: Maker, target: Target, pairs: Pairs | None) -> Made:
        """Make the request for a target."""
        if pairs is None:
            pairs = self.arguments.read(user)
        files = [ReadFile(file, user) for file in self.files] if self.files else ()
        maker.check_method()
        try:
            entity = maker.entity(user, target, self.arguments, pairs, files)
        except WireError:
            if self.cookies is not None:  # JMeter looks for them first: what is wrong there is what it says
                self.cookies.header(user, target)
            raise
        made = self.send(user, maker, target, maker.settings.method, entity)
        if self.same:
            if not self.managed:
                self.ready = made
            else:
                self.begun = made
        return made

    def send(self, user: User, maker: Maker, target: Target, method: str, entity: Entity | None) -> Made:
        """Put a request together with what the user's managers add. Raises InCache for one that need not be sent."""
        cookie = self.cookies.header(user, target) if self.cookies is not None else None
        if self.cache is None and self.auth is None:
            return maker.send(user, target, method, cookie, entity)
        own = maker.own(user, target, entity)
        if self.cache is not None:
            fields = [*own.fields, ("Cookie", cookie)] if cookie else own.fields
            own = own.replacing(self.cache.conditions(user, method, target.text, fields))
        ahead = None
        if self.auth is not None:
            ahead = maker.ahead(user, target, self.auth, own)
        return maker.send(user, target, method, cookie, entity, own, ahead)

    def answer(self, user: User, made: Made, response: Response) -> Made | None:
        """Make a request again that was refused for want of credentials, None without any that may help."""
        auth = self.auth
        credentials = auth.asked(user, made.target) if auth is not None else None
        if credentials is None:
            return None
        entity = made.entity
        fields = response.all_of("www-authenticate")
        body = entity.body if entity is not None else b""
        own_given = "authorization" in made.own.names
        tried = made.authorization is not None or (own_given and self.auth_ahead(user, made.target))
        given = answer(fields, credentials, made.method, made.target.line, body, tried_basic=tried)
        if given is None:
            return None
        if own_given:  # the plan's own field is neither replaced nor left out
            given = None
        return made.maker.send(user, made.target, made.method, made.cookie, entity, made.own, given or None)

    def auth_ahead(self, user: User, target: Target) -> bool:
        """Tell whether a request would carry credentials before it was asked for any."""
        return self.auth is not None and self.auth.ahead(user, target) is not None

    def handshake(self, user: User, target: Target, response: Response) -> Handshake | Negotiation | None:
        """Begin a login by Kerberos or NTLM where it is asked for and there is somebody to be; else None."""
        auth = self.auth
        fields = response.all_of("www-authenticate")
        if auth is None:
            return None
        if offered_kerberos(fields) is not None:
            negotiation = auth.negotiation(user, target)
            if negotiation is not None:
                return negotiation
        if offered(fields) != "":
            return None
        found = auth.credentials(user, target)
        return None if found is None or found[1] == KERBEROS else Handshake(found[0])

    def replying(self, user: User, made: Made, given: str | None) -> Made | None:
        """Make a request again with the next word of a login; None where there is none."""
        if given is None:
            return None
        own = made.own.replacing((("Authorization", given),))
        return made.maker.send(user, made.target, made.method, made.cookie, made.entity, own)

    def maker(self, user: User) -> Maker:
        """Give the maker for the present settings."""
        maker = self.same_maker
        if maker is None:
            switches = [switch.get(user) for switch in self.switches]
            limits = [limit.get(user) or None for limit in self.timeouts]
            ways = self.ways
            way = ways.always if ways.constant else ways.get(user)
            settings = Settings._make((self.method.get(user), self.charset.get(user), *switches, *limits, way))
            maker = self.makers.get(settings)
            if maker is None:
                if len(self.makers) >= _KNOWN_MAX:
                    self.makers.clear()
                maker = self.makers[settings] = self.kind(settings, self.fields, self.agent, self.adds_type)
            if self.same_settings:
                self.same_maker = maker
        return maker

    def with_query(self, user: User, maker: Maker, path: str, pairs: Pairs) -> str:
        """Add the arguments to a path."""
        query = self.arguments.query(user, pairs, maker.settings.charset)
        if not query:
            return path
        return f"{path}&{query}" if "?" in path else f"{path}?{query}"

    def targets_of(self, protocol: str, domain: str, port_text: str, way: Way | None) -> Targets:
        """Give the targets of a server."""
        port = port_of(protocol, port_text)
        key = (protocol, domain, port, way)
        targets = self.targets.get(key)
        if targets is None:
            if len(self.targets) >= _KNOWN_MAX:
                self.targets.clear()
            targets = self.targets[key] = Targets(protocol, domain, port, way, self.kind.target)
        return targets

    def whole(self, text: str, way: Way | None) -> Target:
        """Give the target of a path that is a whole URL."""
        key = text if way is None else (text, way)
        target = self.urls.get(key)
        if target is None:
            target = target_of_text(text, way, self.kind.target)
            if len(self.urls) >= _KNOWN_MAX:
                self.urls.clear()
            self.urls[key] = target
        return target


def seconds(text: str) -> float:
    """Read a timeout in milliseconds: 0 for none, and for what is no number."""
    try:
        return max(int(text), 0) / 1000
    except ValueError:
        return 0.0
