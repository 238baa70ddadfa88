"""Plans in a few words, for tests that run them."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

Props = dict[str, "str | int | bool | list[list[str]]"]


def prop(key: str, value: str | int | bool | list[list[str]]) -> str:
    """Write a property."""
    if isinstance(value, list):
        rows = ("".join(prop("", cell) for cell in row) for row in value)
        return collection(key, *(collection("", row) for row in rows))
    kind = "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"
    text = str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f'<{kind}Prop name="{key}">{text}</{kind}Prop>'


def collection(key: str, *items: str) -> str:
    """Write a collection of what is written."""
    return f'<collectionProp name="{key}">{"".join(items)}</collectionProp>'


def part(key: str, kind: str, *props: str) -> str:
    """Write an element that is a property of another."""
    return f'<elementProp name="{key}" elementType="{kind}">{"".join(props)}</elementProp>'


def element(kind: str, name: str, props: Props, *below: str, more: str = "") -> str:
    """Write an element with what stands below it."""
    written = "".join(prop(key, value) for key, value in props.items())
    head = f'<{kind} guiclass="" testclass="{kind}" testname={quoteattr(name)} enabled="true">'
    return f"{head}{more}{written}</{kind}><hashTree>{''.join(below)}</hashTree>"


def group(name: str, users: int, loops: int, *below: str, seconds: int = 0) -> str:
    """Write a thread group, with the scheduler for so many seconds."""
    ends = prop("LoopController.continue_forever", False)  # without it JMeter begins anew, for ever
    main = part("ThreadGroup.main_controller", "LoopController", ends + prop("LoopController.loops", loops))
    props: Props = {"ThreadGroup.num_threads": users, "ThreadGroup.ramp_time": 0}
    if seconds:
        props |= {"ThreadGroup.scheduler": True, "ThreadGroup.duration": seconds, "ThreadGroup.delay": 0}
    return element("ThreadGroup", name, props, *below, more=main)


def sample(name: str, sleep_ms: int = 0, *below: str) -> str:
    """Write a sampler that takes so long."""
    given = {"Sleep_Time": str(sleep_ms), "Sleep_Mask": "0", "Status": "OK"}
    arguments = (
        part(key, "Argument", prop("Argument.name", key), prop("Argument.value", value)) for key, value in given.items()
    )
    more = part("arguments", "Arguments", collection("Arguments.arguments", *arguments))
    java = {"classname": "org.apache.jmeter.protocol.java.test.JavaTest"}
    return element("JavaSampler", name, java, *below, more=more)


def counter(variable: str, *, per_user: bool) -> str:
    """Write a counter from 1."""
    props: Props = {"CounterConfig.start": "1", "CounterConfig.incr": "1", "CounterConfig.name": variable}
    return element("CounterConfig", variable, {**props, "CounterConfig.per_user": per_user})


def plan(*groups: str) -> str:
    """Write a plan."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><jmeterTestPlan version="1.2" properties="5.0" jmeter="5.5"><hashTree>'
        f"{element('TestPlan', 'plan', {}, *groups)}</hashTree></jmeterTestPlan>"
    )
