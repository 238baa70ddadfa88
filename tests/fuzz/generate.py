"""Random thread groups over the elements that decide what comes next; the same ones for a seed."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable

if __package__:
    from .writing import debug, element, failure, flag, group, number, plan, text
else:
    from writing import debug, element, failure, flag, group, number, plan, text

GROUPS = 16
DEPTH = 3
VARIABLES = (("v_1", "a"), ("v_2", "b"), ("v_3", "c"), ("w1", "x"), ("w2", "y"), ("ready", "${__jexl3(1 == 1)}"))
"""The last one has JMeter load its Jexl before the first thread, which else is overtaken while it does so."""
ON_ERROR = ("continue", "continue", "continue", "startnextloop", "stopthread")


class Tree:
    """Makes the tree of one thread group."""

    def __init__(self, choose: random.Random) -> None:
        self.choose = choose
        self.count = 0
        self.makers: list[Callable[[str, int], str]] = [
            self.sampler,
            self.sampler,
            self.simple,
            self.loop,
            self.once,
            self.while_,
            self.foreach,
            self.switch,
            self.interleave,
            self.if_,
            self.transaction,
            self.throughput,
            self.counter,
            self.variable,
            self.parameters,
            self.action,
            self.handler,
            self.judge,
            self.runtime,
            self.critical,
        ]

    def below(self, depth: int) -> str:
        """Make what stands below an element, nothing at times."""
        made = ""
        for _ in range(self.choose.randint(0 if depth < DEPTH else 1, 3)):
            self.count += 1
            maker = self.choose.choice(self.makers) if depth else self.sampler
            made += maker(f"n{self.count}", depth - 1)
        return made

    def condition(self) -> str:
        """Make a condition that holds at times."""
        step = self.choose.randint(2, 4)
        return f"${{__jexl3(${{__counter(TRUE,)}} % {step} != 0)}}"

    def sampler(self, name: str, depth: int) -> str:
        shows = ("", " ${r}", " ${c}", " ${q}", f" ${{__V(__jm__n{self.choose.randint(1, 20)}__idx)}}")
        return debug(name + self.choose.choice(shows), failure() if self.choose.random() < 0.1 else "")

    def simple(self, name: str, depth: int) -> str:
        return element("GenericController", name, "", self.below(depth))

    def loop(self, name: str, depth: int) -> str:
        forever = self.choose.random() < 0.6
        props = flag("LoopController.continue_forever", forever)
        return element(
            "LoopController",
            name,
            props + text("LoopController.loops", self.choose.choice((0, 1, 2, 3))),
            self.below(depth),
        )

    def once(self, name: str, depth: int) -> str:
        return element("OnceOnlyController", name, "", self.below(depth))

    def while_(self, name: str, depth: int) -> str:
        condition = self.choose.choice((self.condition(), "${__jexl3(${__counter(FALSE,)} % 5 < 3)}", "false"))
        return element("WhileController", name, text("WhileController.condition", condition), self.below(depth))

    def foreach(self, name: str, depth: int) -> str:
        props = text("ForeachController.inputVal", self.choose.choice("vw"))
        props += text("ForeachController.returnVal", "r")
        props += flag("ForeachController.useSeparator", self.choose.random() < 0.7)
        if self.choose.random() < 0.3:
            props += text("ForeachController.startIndex", 1)
        if self.choose.random() < 0.3:
            props += text("ForeachController.endIndex", 2)
        return element("ForeachController", name, props, self.below(depth))

    def switch(self, name: str, depth: int) -> str:
        values = ("0", "1", "2", "${__counter(TRUE,)}", f"n{self.count + 1}", "none of them", "")
        return element(
            "SwitchController", name, text("SwitchController.value", self.choose.choice(values)), self.below(depth)
        )

    def interleave(self, name: str, depth: int) -> str:
        props = number("InterleaveControl.style", self.choose.choice((1, 1, 0)))
        below = self.below(depth) + self.sampler(f"{name}s", 0)  # JMeter ends the thread of one across without children
        return element(
            "InterleaveControl",
            name,
            props + flag("InterleaveControl.accrossThreads", self.choose.random() < 0.3),
            below,
        )

    def if_(self, name: str, depth: int) -> str:
        condition = self.choose.choice(("true", "false", self.condition(), "${JMeterThread.last_sample_ok}"))
        props = text("IfController.condition", condition) + flag("IfController.useExpression", True)
        props += flag("IfController.evaluateAll", self.choose.random() < 0.4)
        return element("IfController", name, props, self.below(depth))

    def transaction(self, name: str, depth: int) -> str:
        props = flag("TransactionController.parent", self.choose.random() < 0.5)
        props += flag("TransactionController.includeTimers", self.choose.random() < 0.5)
        return element("TransactionController", name, props, self.below(depth))

    def throughput(self, name: str, depth: int) -> str:
        props = number("ThroughputController.style", self.choose.randint(0, 1))
        props += flag("ThroughputController.perThread", self.choose.random() < 0.5)
        props += text("ThroughputController.maxThroughput", self.choose.randint(0, 3))
        props += text("ThroughputController.percentThroughput", self.choose.choice((0, 30, 50, 100)))
        return element("ThroughputController", name, props, self.below(depth))

    def critical(self, name: str, depth: int) -> str:
        # a lock for each user: JMeter's users may keep one for ever
        lock = self.choose.choice(("", "one ", "${r}"))
        own = f"{lock}${{__threadGroupName}} ${{__threadNum}}" if lock else ""
        props = text("CriticalSectionController.lockName", own)
        return element("CriticalSectionController", name, props, self.below(depth))

    def counter(self, name: str, depth: int) -> str:
        props = text("CounterConfig.start", self.choose.randint(0, 3)) + text("CounterConfig.incr", 1)
        props += text("CounterConfig.end", self.choose.choice(("", 3))) + text("CounterConfig.name", "c")
        props += flag("CounterConfig.per_user", self.choose.random() < 0.5)
        return element("CounterConfig", name, props)

    def variable(self, name: str, depth: int) -> str:
        props = text("variableName", "q") + text("minimumValue", 1) + text("maximumValue", 99)
        props += text("outputFormat", "") + text("randomSeed", self.choose.randint(1, 99)) + flag("perThread", True)
        return element("RandomVariableConfig", name, props)

    def parameters(self, name: str, depth: int) -> str:
        props = '<collectionProp name="UserParameters.names"><stringProp name="1">r</stringProp></collectionProp>'
        props += '<collectionProp name="UserParameters.thread_values"><collectionProp name="1">'
        props += '<stringProp name="1">p${__counter(TRUE,)}</stringProp></collectionProp></collectionProp>'
        return element("UserParameters", name, props + flag("UserParameters.per_iteration", self.choose.random() < 0.5))

    def action(self, name: str, depth: int) -> str:
        if self.choose.random() < 0.5:
            return self.sampler(name, depth)
        act = self.choose.choice((0, 4, 5, 5, 6, 6))
        props = number("ActionProcessor.action", act) + number("ActionProcessor.target", 0)
        return element("TestAction", name, props + text("ActionProcessor.duration", 0))

    def judge(self, name: str, depth: int) -> str:
        """Make an assertion that fails some samples in its scope, by their names."""
        return failure(
            self.choose.choice(("n[0-9]*[02468]", "n[0-9]*[13579]", "n1.*", "n[0-9]{2}")), "Assertion.sample_label"
        )

    def runtime(self, name: str, depth: int) -> str:
        return element("RunTime", name, text("RunTime.seconds", 0), self.below(depth))

    def handler(self, name: str, depth: int) -> str:
        return element("ResultAction", name, number("OnError.action", self.choose.choice((0, 1, 4, 5, 6))))


def generated(seed: int) -> str:
    """Give the plan of a seed."""
    choose = random.Random(seed)
    groups = ""
    for at in range(GROUPS):
        below = Tree(choose).below(DEPTH)
        threads = choose.choice((2, 3)) if choose.random() < 0.1 else 1
        groups += group(
            f"g{at}", below, threads=threads, loops=choose.choice((1, 2, 2)), on_error=choose.choice(ON_ERROR)
        )
    return plan(groups, VARIABLES)


if __name__ == "__main__":
    sys.stdout.write(generated(int(sys.argv[1])))
