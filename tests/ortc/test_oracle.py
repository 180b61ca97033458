"""Our negotiation against mediasoup's own, outcome for outcome."""

import copy
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from sfu import ortc
from sfu.errors import SfuError, UnsupportedError

from .inputs import FUNCTIONS, Call, Json, calls

COUNT = 10_000
SEED = 20261124
ORACLE = Path(__file__).parent / "oracle"


@dataclass(frozen=True, slots=True)
class Comparison:
    call: Call
    ours: Json
    theirs: Json


@pytest.fixture(scope="module")
def comparisons() -> list[Comparison]:
    made = list(calls(COUNT, SEED))
    theirs = ask_mediasoup(made)
    return [
        Comparison(call, outcome(call), canonical(call, answer))
        for call, answer in zip(made, theirs, strict=True)
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_outcomes_are_those_of_mediasoup(comparisons: list[Comparison], function: str) -> None:
    compared = [each for each in comparisons if each.call.function == function]

    different = [each for each in compared if text(each.ours) != text(each.theirs)]

    assert len(compared) == COUNT // len(FUNCTIONS)
    assert different == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_inputs_reach_results_and_errors(comparisons: list[Comparison], function: str) -> None:
    failed = ["error" in each.theirs for each in comparisons if each.call.function == function]

    assert 0.1 * len(failed) < sum(failed) < 0.9 * len(failed)


def test_arguments_are_left_as_they_were() -> None:
    for call in calls(COUNT // 10, SEED):
        before = text(call.arguments)

        outcome(call)

        assert text(call.arguments) == before


def ask_mediasoup(made: list[Call]) -> list[Json]:
    node = shutil.which("node")
    if node is None or not (ORACLE / "node_modules" / "mediasoup").is_dir():
        pytest.fail(f"the oracle is not installed: run `npm ci --ignore-scripts` in {ORACLE}")
    asked = subprocess.run(  # noqa: S603 - our own script
        [node, "answer.js"],
        cwd=ORACLE,
        input="".join(f"{json.dumps(in_javascript(call))}\n" for call in made),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in asked.stdout.splitlines()]


def in_javascript(call: Call) -> list[Json]:
    name = camel_case(call.function)
    options = {camel_case(option): value for option, value in call.options.items()}
    match call.function:
        case "match_codecs":
            return [name, [*call.arguments, options]]
        case "get_consumer_rtp_parameters":
            consumable, remote = call.arguments
            given = {"consumableRtpParameters": consumable, "remoteRtpCapabilities": remote}
            return [name, [given | options]]
        case "get_pipe_consumer_rtp_parameters":
            return [name, [{"consumableRtpParameters": call.arguments[0]} | options]]
        case _:
            return [name, call.arguments]


def outcome(call: Call) -> Json:
    arguments = copy.deepcopy(call.arguments) if writes_profile(call) else call.arguments
    try:
        result = getattr(ortc, call.function)(*arguments, **call.options)
    except (TypeError, SfuError) as error:
        return {"error": ERRORS[type(error)]}
    if call.function.startswith("validate"):
        return canonical(call, {"inputs": [result]})
    return canonical(call, {"ok": result, "inputs": arguments})


def writes_profile(call: Call) -> bool:
    return call.function in {"match_codecs", "get_producer_rtp_parameters_mapping"}


def canonical(call: Call, answer: Json) -> Json:
    """Keeps what is to be equal: SSRCs less their random start, arguments only where written."""
    if "error" in answer:
        return answer
    if call.function.startswith("validate"):
        return {"ok": answer["inputs"][0]}
    result = answer["ok"]
    if call.function == "get_producer_rtp_parameters_mapping":
        number_from_zero(result["encodings"], "mappedSsrc")
    if call.function in {"get_consumer_rtp_parameters", "get_pipe_consumer_rtp_parameters"}:
        renumber_encodings(result["encodings"], pipe=call.options.get("pipe", True))
    if writes_profile(call):
        return {"ok": result, "first": answer["inputs"][0]}
    return {"ok": result}


def renumber_encodings(encodings: list[Json], *, pipe: bool) -> None:
    sent = [encoding for encoding in encodings if isinstance(encoding, dict)]
    retransmitted = [encoding["rtx"] for encoding in sent if "rtx" in encoding]
    if not pipe:
        for encoding in retransmitted:
            encoding["ssrc"] -= sent[0]["ssrc"]
        retransmitted = []
    number_from_zero(sent, "ssrc")
    number_from_zero(retransmitted, "ssrc")


def number_from_zero(entries: list[Json], key: str) -> None:
    first = entries[0][key] if entries else 0
    for entry in entries:
        assert 100_000_000 <= entry[key] <= 999_999_999
        entry[key] -= first


def text(value: Json) -> str:
    """Tells JSON values apart as JavaScript does: 1 is 1.0, and is not true."""
    return json.dumps(with_integers(value), sort_keys=True)


def with_integers(value: Json) -> Json:
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [with_integers(element) for element in value]
        case dict():
            return {key: with_integers(element) for key, element in value.items()}
        case _:
            return value


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


ERRORS = {TypeError: "TypeError", UnsupportedError: "UnsupportedError", SfuError: "Error"}
