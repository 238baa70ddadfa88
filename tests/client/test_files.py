"""Which files of a plan are shipped, and under which names."""

from __future__ import annotations

from pathlib import Path

import pytest
from wired.rig import PLAN, csv_plan, job_of

from pyjm.client.files import shipments
from pyjm.client.shipping import relative_base

UPLOAD = b"""<HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="up" enabled="true">
<elementProp name="HTTPsampler.Files" elementType="HTTPFileArgs"><collectionProp name="HTTPFileArgs.files">
<elementProp name="x" elementType="HTTPFileArg"><stringProp name="File.path">pictures/cat.png</stringProp></elementProp>
</collectionProp></elementProp>
<stringProp name="HTTPSampler.path">/${__CSVRead(words.csv,0)}/${__StringFromFile(${where}/lines.txt,,,)}</stringProp>
</HTTPSamplerProxy><hashTree/>
<Arguments guiclass="ArgumentsPanel" testclass="Arguments" testname="vars" enabled="true">
<collectionProp name="Arguments.arguments"><elementProp name="where" elementType="Argument">
<stringProp name="Argument.name">where</stringProp><stringProp name="Argument.value">texts</stringProp>
</elementProp></collectionProp></Arguments><hashTree/>"""


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_files_of_elements_and_functions_are_found(tmp_path: Path) -> None:
    put(tmp_path, "pictures/cat.png", "words.csv", "texts/lines.txt")
    found = shipments(job_of(PLAN % UPLOAD, tmp_path))
    assert sorted(found) == ["pictures/cat.png", "texts/lines.txt", "words.csv"]
    assert {b"".join(shipment.pieces(3)) for shipment in found.values()} == {name.encode() for name in found}


@pytest.mark.parametrize(
    ("written", "properties", "name"),
    [
        ("a.csv", {}, "a.csv"),
        ("${__P(file)}", {"file": "a.csv"}, "a.csv"),
        ("${__P(file,a.csv)}", {}, "a.csv"),
        ("${__property(file,,a.csv)}", {}, "a.csv"),
        ("${__P(file)}", {}, None),
        ("${unknown}.csv", {}, None),
        ("${__time()}.csv", {}, None),
        ("missing.csv", {}, None),
        ("", {}, None),
        (".", {}, None),
    ],
)
def test_names_are_shipped_as_far_as_they_are_known(
    tmp_path: Path, written: str, properties: dict[str, str], name: str | None
) -> None:
    put(tmp_path, "a.csv")
    assert list(shipments(job_of(csv_plan(written), tmp_path, **properties))) == ([name] if name else [])


def test_a_plan_that_can_not_be_read_is_left_to_the_servers(tmp_path: Path) -> None:
    assert shipments(job_of(b"no XML", tmp_path)) == {}


def test_the_folder_is_told_as_jmeter_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert relative_base(str(tmp_path)) == "."
    assert relative_base(str(tmp_path / "plans" / "a")) == "plans/a"
    assert relative_base(str(tmp_path.parent)) == "."
