"""The shipped files document what is read; what JMeter reads and pyjm does not is said where it is set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyjm.properties import shipped
from pyjm.properties.settings import Settings
from pyjm.properties.without_effect import WITHOUT_EFFECT, set_in_vain

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("client", "engine", "keystore", "properties", "server")
BY_PREFIX = ("jmeter.save.saveservice.", "server.rmi.ssl.", "time.")
"""Families of keys that are put together when they are read."""
WORKS = (
    "CookieManager.allow_variable_cookies", "CookieManager.check.cookies", "CookieManager.delete_null_cookies",
    "CookieManager.name.prefix", "CookieManager.save.cookies", "HTTPResponse.parsers", "RETURN_200_CACHE.message",
    "RETURN_CUSTOM_STATUS.code", "RETURN_CUSTOM_STATUS.message", "cache_manager.cached_resource_mode",
    "cacheable_methods", "cssParser.className", "http.post_add_content_type_if_missing", "http.proxyDomain",
    "http.proxyPass", "http.proxyUser", "htmlParser.className", "httpclient.localaddress",
    "httpclient.reset_state_on_thread_group_iteration", "httpclient4.auth.preemptive",
    "httpclient4.default_user_agent_disabled", "httpclient4.deflate_relax_mode", "httpclient4.gzip_relax_mode",
    "httpclient4.idletimeout", "httpclient4.request_sent_retry_enabled", "httpclient4.retrycount",
    "httpclient4.time_to_live", "httpclient4.validate_after_inactivity", "https.default.protocol",
    "https.keyStoreEndIndex", "https.keyStoreStartIndex", "https.socket.protocols", "https.cipherSuites",
    "httpsampler.embedded_resources_use_md5", "httpsampler.ignore_failed_embedded_resources",
    "httpsampler.max_bytes_to_store_per_request", "httpsampler.max_frame_depth", "httpsampler.max_redirects",
    "httpsampler.redirect.removeslashdotdot", "httpsampler.separate.container", "jmeter.httpsampler",
    "kerberos.spnego.delegate_cred",
    "kerberos.spnego.strip_port", "kerberos.spnego.use_canonical_host_name", "sampleresult.default.encoding",
    "wmlParser.className", "https.sessioncontext.shared",
)  # fmt: skip
REFUSED = ("httpclient.socket.http.cps", "httpclient.socket.https.cps")
NOTHING = (
    "css.parser.cache.size", "css.parser.ignore_all_css_errors", "cssselector.parser.cache.size",
    "hc.parameters.file", "http.java.sampler.retries", "httpclient.loopback", "httpclient.timeout",
    "httpclient.version", "https.use.cached.ssl.context", "httpsampler.max_buffer_size",
    "httpsampler.obey_contentlength", "httpsampler.parallel_download_thread_keepalive_inseconds",
    "httpsampler.user_defined_methods", "kerberos_jaas_application",
)  # fmt: skip
"""What becomes of each property of JMeter 5.5 about HTTP: it works, is refused where it is set, or does nothing."""


def source() -> str:
    files = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return "".join(path.read_text() for path in files if path.name != "without_effect.py")


def documented() -> set[str]:
    return set(re.findall(r"^#?([A-Za-z0-9_.]+)=", shipped.JMETER_PROPERTIES.read_text(), re.MULTILINE))


def test_what_the_shipped_file_documents_is_read() -> None:
    text = source()
    assert [key for key in sorted(documented()) if key not in text and not key.startswith(BY_PREFIX)] == []


def test_what_is_said_to_have_no_effect_is_read_nowhere() -> None:
    text = source()
    assert [key for key in WITHOUT_EFFECT if f'"{key}"' in text or key in documented()] == []


def test_a_property_without_effect_is_said_where_it_is_set_to_something_else(tmp_path: Path) -> None:
    settings = Settings.load([("J", "time_threshold=50"), ("J", "hc.parameters.file=x")], cwd=tmp_path)
    said = [text for _, text in settings.notes if "no effect" in text]
    assert said == [
        "The property hc.parameters.file=x has no effect: JMeter 5.5 itself does nothing by it",
        "The property time_threshold=50 has no effect: samples leave a server within 0.2 s",
    ]


@pytest.mark.parametrize("key", sorted(WITHOUT_EFFECT))
def test_the_default_is_not_worth_a_line(key: str) -> None:
    assert list(set_in_vain({key: WITHOUT_EFFECT[key][0]})) == []


@pytest.mark.parametrize("key", [*WORKS, *REFUSED])
def test_what_works_or_is_refused_is_read(key: str) -> None:
    parser = re.sub(r"\.className$", "", key)
    assert f'"{key}"' in source() or (parser != key and key in documented() and '.className"' in source())


@pytest.mark.parametrize("key", NOTHING)
def test_what_does_nothing_is_said_to(key: str) -> None:
    assert key in WITHOUT_EFFECT
