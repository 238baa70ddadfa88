"""Controllers, config elements and timers, as they work."""

from __future__ import annotations

from .odd import VALUES, Case, Subject, around, configures, delays, shown, written
from .writing import debug, java

RANDOM_CSV = "com.blazemeter.jmeter.RandomCSVDataSetConfig"
RANDOM_ROWS: Case = {
    "filename": "odd_plain.csv",
    "fileEncoding": "UTF-8",
    "delimiter": ",",
    "variableNames": "x,y",
    "randomOrder": False,
    "ignoreFirstLine": False,
    "rewindOnTheEndOfList": True,
    "independentListPerThread": True,
}


def passes(kind: str, props: Case) -> str:
    """Write a config element that takes more rows than its file has: in each of the thread's iterations two."""
    loop: Case = {"LoopController.loops": "2", "LoopController.continue_forever": True}
    return written("LoopController", loop, written(kind, props) + debug(shown("x y a b")))


def parameters(kind: str, props: Case) -> str:
    """Write User Parameters with one odd name or value, and samplers in and behind a loop with them."""
    kept = {key: value for key, value in props.items() if key not in ("name", "value")}
    first, value = props["name"], props["value"]
    kept["UserParameters.names"] = [*([first] if isinstance(first, str) else []), "y"]
    column = [*([value] if isinstance(value, str) else []), "${x}2"]
    kept["UserParameters.thread_values"] = [column, ["3", "4"]]
    inner = written("LoopController", {"LoopController.loops": "2"}, written(kind, kept) + debug(shown("x y two")))
    return inner + debug(shown("x y two"))


def columns(kind: str, props: Case) -> str:
    """Write User Parameters whose columns are the texts between slashes, one letter to each value."""
    kept = {key: value for key, value in props.items() if key not in ("names", "columns")}
    kept["UserParameters.names"] = list(str(props["names"]))
    kept["UserParameters.thread_values"] = [list(each) for each in str(props["columns"]).split("/")]
    return written(kind, kept) + debug(shown("x y")) + debug(shown("x y"))


def shaped(kind: str, props: Case) -> str:
    """Write a timer with a table of one row, and a sampler that shows what it made of it."""
    row = [cell for cell in props.values() if isinstance(cell, str)]
    timer = written(kind, {"load_profile": [row]})
    return delays(kind, {"load_profile": [row]}) + debug("s", timer) + debug("${__P(e_rps)} ${__P(e_totalDuration)}")


SUBJECTS = {
    "shaping": Subject(
        "kg.apc.jmeter.timers.VariableThroughputTimer",
        {"start": "99999", "end": "99999", "duration": "60"},
        shaped,
        {"start": (None,), "end": (None,), "duration": (None,)},
    ),
    "loop": Subject(
        "LoopController",
        {"LoopController.loops": "2", "LoopController.continue_forever": False},
        around,
        {"LoopController.loops": ("-1",), "LoopController.continue_forever": ()},
        loops=2,
    ),
    "runtime": Subject(
        "RunTime",
        {"RunTime.seconds": "0"},
        around,
        {"RunTime.seconds": ("1", "2", "2147483648", "${two}", " 5 ")},
        loops=2,
    ),
    "if": Subject(
        "IfController",
        {"IfController.condition": "true", "IfController.evaluateAll": False, "IfController.useExpression": True},
        around,
        loops=2,
    ),
    "if_script": Subject(
        "IfController",
        {"IfController.condition": "1 == 1", "IfController.evaluateAll": True, "IfController.useExpression": False},
        around,
        more={
            "IfController.condition": (
                "1 ==",
                "undefined",
                '"${v_1}" == "a"',
                "${v_1} == 'a'",
                "TRUE",
                "null",
                "'true'",
                "1",
            )
        },
        loops=2,
    ),
    "foreach": Subject(
        "ForeachController",
        {
            "ForeachController.inputVal": "v",
            "ForeachController.returnVal": "w",
            "ForeachController.useSeparator": True,
            "ForeachController.startIndex": "0",
            "ForeachController.endIndex": "3",
        },
        around,
        loops=2,
    ),
    "switch": Subject("SwitchController", {"SwitchController.value": "0"}, around, loops=2),
    "interleave": Subject(
        "InterleaveControl",
        {"InterleaveControl.style": "0", "InterleaveControl.accrossThreads": False},
        around,
        loops=2,
    ),
    "throughput": Subject(
        "ThroughputController",
        {
            "ThroughputController.style": "1",
            "ThroughputController.perThread": False,
            "ThroughputController.maxThroughput": "1",
            "ThroughputController.percentThroughput": "50",
        },
        around,
        loops=4,
    ),
    "throughput_total": Subject(
        "ThroughputController",
        {
            "ThroughputController.style": "0",
            "ThroughputController.perThread": True,
            "ThroughputController.maxThroughput": "3",
            "ThroughputController.percentThroughput": "50",
        },
        around,
        loops=4,
    ),
    "transaction": Subject(
        "TransactionController",
        {"TransactionController.parent": False, "TransactionController.includeTimers": False},
        around,
        loops=2,
    ),
    "critical": Subject("CriticalSectionController", {"CriticalSectionController.lockName": "lock"}, around, loops=2),
    "once": Subject("OnceOnlyController", {}, around, loops=2),
    "parallel": Subject(
        "com.blazemeter.jmeter.controller.ParallelSampler",
        {"PARENT_SAMPLE": True, "LIMIT_MAX_THREAD_NUMBER": True, "MAX_THREAD_NUMBER": "1"},
        around,
        {"PARENT_SAMPLE": tuple(v for v in VALUES if str(v).lower() != "true")},
        loops=2,
    ),
    "counter": Subject(
        "CounterConfig",
        {
            "CounterConfig.start": "3",
            "CounterConfig.end": "9",
            "CounterConfig.incr": "2",
            "CounterConfig.name": "x",
            "CounterConfig.format": "00",
            "CounterConfig.per_user": True,
            "CounterConfig.reset_on_tg_iteration": True,
        },
        configures("x"),
        loops=3,
    ),
    "random_variable": Subject(
        "RandomVariableConfig",
        {
            "variableName": "x",
            "outputFormat": "000",
            "minimumValue": "5",
            "maximumValue": "90",
            "randomSeed": "42",
            "perThread": True,
        },
        configures("x"),
        loops=3,
        skip={
            "randomSeed": (
                None,
                "",
                "abc",
                "1.5",
                " 5 ",
                "99999999999999999999",
                "${undefined}",
                "true",
                "TRUE",
                " true",
                "false",
                "${yes}",
            ),
            "perThread": (),
        },
    ),
    "csv": Subject(
        "CSVDataSet",
        {
            "filename": "odd_rows.csv",
            "fileEncoding": "UTF-8",
            "variableNames": "x,y",
            "ignoreFirstLine": False,
            "delimiter": ",",
            "quotedData": False,
            "recycle": True,
            "stopThread": False,
            "shareMode": "shareMode.thread",
        },
        configures("x y a b"),
        loops=2,
    ),
    "user_parameters": Subject(
        "UserParameters",
        {
            "name": "x",
            "value": "1",
            "UserParameters.names": ["x", "y"],
            "UserParameters.thread_values": [["1", "${x}2"], ["3", "4"]],
            "UserParameters.per_iteration": True,
        },
        parameters,
        more={"name": ("two", "y"), "value": ("${y}", "${__counter(TRUE)}", "${__threadNum}")},
        loops=2,
    ),
    "user_columns": Subject(
        "UserParameters",
        {
            "columns": "12/34",
            "names": "xy",
            "UserParameters.names": [],
            "UserParameters.thread_values": [],
            "UserParameters.per_iteration": False,
        },
        columns,
        dict.fromkeys(("columns", "names"), (None, *(v for v in VALUES if v and v.startswith("$")))),
        more={"columns": ("", "/", "1", "1/", "/34", "123/4", "1/2/3"), "names": ("", "x", "xx", "xyx")},
        loops=2,
    ),
    "random_csv": Subject(
        RANDOM_CSV,
        RANDOM_ROWS,
        passes,
        {"filename": VALUES, "fileEncoding": VALUES, "randomOrder": ("true", "TRUE", "${yes}")},
        loops=2,
    ),
    "random_csv_alike": Subject(
        RANDOM_CSV,
        {**RANDOM_ROWS, "filename": "odd_alike.csv", "randomOrder": True},
        passes,
        only=("randomOrder", "rewindOnTheEndOfList", "ignoreFirstLine", "variableNames", "independentListPerThread"),
        loops=2,
    ),
    "keystore": Subject(
        "KeystoreConfig",
        {"preload": "false", "startIndex": "0", "endIndex": "1", "clientCertAliasVarName": "x"},
        configures("x"),
        {"startIndex": ("-1", "2", "2147483648", "${two}"), "endIndex": ("-1",)},
        loops=2,
    ),
    "constant": Subject(
        "ConstantTimer", {"ConstantTimer.delay": "300"}, delays, {"ConstantTimer.delay": ("2147483648",)}, loops=1
    ),
    "uniform": Subject(
        "UniformRandomTimer",
        {"ConstantTimer.delay": "300", "RandomTimer.range": "1"},
        delays,
        {"ConstantTimer.delay": ("2147483648",), "RandomTimer.range": ("2147483648", "99999999999999999999", "-1")},
        loops=1,
    ),
    "gauss": Subject(
        "GaussianRandomTimer",
        {"ConstantTimer.delay": "300", "RandomTimer.range": "1"},
        delays,
        {"ConstantTimer.delay": ("2147483648",), "RandomTimer.range": ("2147483648", "99999999999999999999")},
        loops=1,
    ),
    "poisson": Subject(
        "PoissonRandomTimer",
        {"ConstantTimer.delay": "300", "RandomTimer.range": "1"},
        delays,
        {"ConstantTimer.delay": ("2147483648",), "RandomTimer.range": ("2147483648", "99999999999999999999")},
        loops=1,
    ),
    "sync": Subject(
        "SyncTimer",
        {"groupSize": "1", "timeoutInMs": "300"},
        delays,
        {"groupSize": ("-1", "2147483648"), "timeoutInMs": ("2147483648",)},
        loops=1,
    ),
    "precise": Subject(
        "PreciseThroughputTimer",
        {
            "exactLimit": "10000",
            "allowedThroughputSurplus": "1",
            "throughput": "100000",
            "throughputPeriod": "1",
            "duration": "1",
            "batchSize": "1",
            "batchThreadDelay": "0",
            "randomSeed": "1",
        },
        delays,
        {
            "throughputPeriod": tuple(value for value in VALUES if value not in ("1", "2", "${two}")),
            "duration": ("2147483648",),
        },
    ),
    "constant_throughput": Subject(
        "ConstantThroughputTimer",
        {"calcMode": "0", "throughput": "100"},
        delays,
        {
            "throughput": (
                None,
                "",
                "0",
                "abc",
                "-1",
                "1",
                "2",
                "1.5",
                " 5 ",
                "${two}",
                "${undefined}",
                "true",
                "TRUE",
                " true",
                "false",
                "${yes}",
            ),
            "calcMode": ("${two}", "${undefined}", "${yes}"),
        },
        loops=1,
    ),
    "sample_timeout": Subject(
        "SampleTimeout",
        {"InterruptTimer.timeout": "50"},
        lambda kind, props: java("s", [("Sleep_Time", "150"), ("Sleep_Mask", "0")], written(kind, props)),
        loops=1,
    ),
}
