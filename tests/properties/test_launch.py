"""What launch scripts of JMeter set is honoured, or said to be ignored."""

from __future__ import annotations

from pyjm.properties.launch import java_options, server_options
from pyjm.properties.layers import EMPTY


def test_what_jvm_args_define_is_a_system_property_and_the_rest_is_ignored() -> None:
    given, ignored = java_options({"JVM_ARGS": "-Da=1 '-Db=x y' -Xmx2g -Dc", "HEAP": "-Xms1g"})
    assert given == [("D", "a=1"), ("D", "b=x y")]
    assert ignored == ["Ignored, there is no JVM: -Xmx2g -Dc HEAP=-Xms1g"]
    assert java_options({}) == ([], [])


def test_what_is_set_to_nothing_is_empty_and_not_removed() -> None:
    assert java_options({"JVM_ARGS": "-Da="})[0] == [(EMPTY, "a")]


def test_a_server_takes_its_port_from_the_script_too() -> None:
    assert server_options({"SERVER_PORT": "1234", "JVM_ARGS": "-Da=1"})[0] == [("D", "server_port=1234"), ("D", "a=1")]
