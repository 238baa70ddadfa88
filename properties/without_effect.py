"""JMeter's properties that change a test there and nothing here: said in the log where one is set to something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

NOT_YET = "pyjm does not have what it sets yet"
NO_JVM = "there is no Java here"
SOON = "samples leave a server within 0.2 s"
ENDS = "a run that is over ends its processes"

WITHOUT_EFFECT: Mapping[str, tuple[str, str]] = {
    "asynch.batch.queue.size": ("100", SOON),
    "beanshell.function.init": ("", NOT_YET),
    "groovy.utilities": ("", NOT_YET),
    "hc.parameters.file": ("", NOT_YET),
    "httpclient.localaddress": ("", NOT_YET),
    "httpclient.socket.http.cps": ("0", NOT_YET),
    "httpclient.socket.https.cps": ("0", NOT_YET),
    "httpclient.timeout": ("0", NOT_YET),
    "httpclient4.deflate_relax_mode": ("false", NOT_YET),
    "httpclient4.gzip_relax_mode": ("false", NOT_YET),
    "httpclient4.idletimeout": ("0", NOT_YET),
    "httpclient4.request_sent_retry_enabled": ("false", NOT_YET),
    "httpclient4.retrycount": ("0", NOT_YET),
    "https.use.cached.ssl.context": ("true", "JMeter itself only says a word about it"),
    "httpsampler.embedded_resources_use_md5": ("false", NOT_YET),
    "httpsampler.max_buffer_size": ("66560", "bodies are gathered in pieces as they come"),
    "httpsampler.separate.container": ("true", NOT_YET),
    "jmeter.exit.check.pause": ("0", ENDS),
    "jmeterengine.force.system.exit": ("false", ENDS),
    "jmeterengine.stopfail.system.exit": ("true", ENDS),
    "jmeterengine.threadstop.wait": ("5000", ENDS),
    "jmeterthread.rampup.granularity": ("1000", "users start at their time to the millisecond"),
    "jsr223.init.file": ("", NOT_YET),
    "num_sample_threshold": ("100", SOON),
    "plugin_dependency_paths": ("", NO_JVM),
    "sampleresult.useNanoTime": ("true", "times come from a clock of nanoseconds"),
    "search_paths": ("", NO_JVM),
    "time_threshold": ("60000", SOON),
    "user.classpath": ("", NO_JVM),
}
"""Key → JMeter's default, and why nothing follows from it."""


def set_in_vain(properties: Mapping[str, str]) -> Iterator[str]:
    """Say which properties are set to something else than JMeter's default, and why that changes nothing."""
    for key, (default, why) in WITHOUT_EFFECT.items():
        value = properties.get(key, default).strip()
        if value.lower() != default.lower():
            yield f"The property {key}={value} has no effect: {why}"
