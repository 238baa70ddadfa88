"""JMeter's properties that change a test there and nothing here: said in the log where one is set to something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

NOT_YET = "pyjm does not have what it sets yet"
NO_JVM = "there is no Java here"
SOON = "samples leave a server within 0.2 s"
NOBODY = "JMeter 5.5 itself does nothing by it"
SPEED = "what it makes faster there is fast enough here"
JAAS = "who logs in stands in the plan"
METHODS = (
    "VERSION-CONTROL,REPORT,CHECKOUT,CHECKIN,UNCHECKOUT,MKWORKSPACE,UPDATE,LABEL,MERGE,BASELINE-CONTROL,MKACTIVITY"
)
ENDS = "a run that is over ends its processes"

WITHOUT_EFFECT: Mapping[str, tuple[str, str]] = {
    "asynch.batch.queue.size": ("100", SOON),
    "beanshell.function.init": ("", NOT_YET),
    "groovy.utilities": ("", NOT_YET),
    "css.parser.cache.size": ("400", SPEED),
    "css.parser.ignore_all_css_errors": ("true", "what can't be read of a style sheet is passed over"),
    "cssselector.parser.cache.size": ("400", SPEED),
    "hc.parameters.file": ("", NOBODY),
    "http.java.sampler.retries": ("0", "an address that can't be bound is tried once"),
    "httpclient.loopback": ("false", NOBODY),
    "httpclient.timeout": ("0", "it is for AJP, which pyjm does not speak"),
    "httpclient.version": ("1.1", "it is for AJP, which pyjm does not speak"),
    "httpsampler.obey_contentlength": ("false", "a body of no bytes is one"),
    "httpsampler.parallel_download_thread_keepalive_inseconds": ("60", "files of pages need no threads"),
    "httpsampler.user_defined_methods": (METHODS, "every method is sent"),
    "https.use.cached.ssl.context": ("true", "JMeter itself only says a word about it"),
    "httpsampler.max_buffer_size": ("66560", "bodies are gathered in pieces as they come"),
    "jmeter.exit.check.pause": ("0", ENDS),
    "jmeterengine.force.system.exit": ("false", ENDS),
    "jmeterengine.stopfail.system.exit": ("true", ENDS),
    "jmeterengine.threadstop.wait": ("5000", ENDS),
    "jmeterthread.rampup.granularity": ("1000", "users start at their time to the millisecond"),
    "jsr223.init.file": ("", NOT_YET),
    "kerberos_jaas_application": ("JMeter", JAAS),
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
