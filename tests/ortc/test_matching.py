"""When two codecs are one, and what a scalability mode says."""

import pytest

from .samples import H264, OPUS, VP8, JsonObject, ortc


def h264(profile_level_id: str, **parameters: object) -> JsonObject:
    given = {"profile-level-id": profile_level_id, "packetization-mode": 1, **parameters}
    return {**H264, "parameters": given}


def vp9(**parameters: object) -> JsonObject:
    given = {name.replace("_", "-"): value for name, value in parameters.items()}
    return {"mimeType": "video/VP9", "clockRate": 90000, "parameters": given}


@pytest.mark.parametrize(
    ("a", "b", "matches"),
    [
        (VP8, {**VP8, "mimeType": "VIDEO/vp8"}, True),
        (VP8, {**VP8, "clockRate": 8000}, False),
        (OPUS, {**OPUS, "channels": 1}, False),
        (vp9(), vp9(profile_id=0), True),
        (vp9(profile_id=2), vp9(), False),
        (h264("42e01f"), h264("42c015"), True),
        (h264("42e01f"), h264("4d801f"), True),
        (h264("42e01f"), h264("42001f"), False),
        (h264("640c1f"), h264("64001f"), False),
        (h264("42e01f"), h264("42e01f", **{"packetization-mode": 0}), False),
        (h264("42e01f"), h264("not hex"), False),
    ],
)
def test_codecs_match_strictly(a: JsonObject, b: JsonObject, matches: bool) -> None:
    assert ortc.match_codecs(a, b, strict=True) is matches


def test_profiles_count_only_in_a_strict_match() -> None:
    assert ortc.match_codecs(vp9(profile_id=2), vp9())


@pytest.mark.parametrize(
    ("ours", "theirs", "asymmetry", "answer"),
    [
        ("42e01f", "42e00a", 0, "42e00a"),
        ("42e01f", "42e00a", 1, "42e01f"),
        ("42e00c", "42c01f", 0, "42e00c"),
        ("42f00b", "42e00a", 0, "42e00a"),
        ("42f00b", "42e00c", 0, "42f00b"),
        ("42e01f", "42f00b", 0, "42e01f"),
    ],
)
def test_level_of_the_answer_is_the_lower_one_unless_asymmetry_is_allowed(
    ours: str, theirs: str, asymmetry: int, answer: str
) -> None:
    allowed = {"level-asymmetry-allowed": asymmetry}
    codec = h264(ours, **allowed)

    assert ortc.match_codecs(codec, h264(theirs, **allowed), strict=True, modify=True)

    assert codec["parameters"]["profile-level-id"] == answer


def test_no_profile_is_written_where_neither_side_gave_one() -> None:
    codec = {**VP8, "mimeType": "video/H264", "parameters": {}}

    assert ortc.match_codecs(codec, {**codec, "parameters": {}}, strict=True, modify=True)

    assert codec["parameters"] == {}


@pytest.mark.parametrize(
    ("mode", "layers"),
    [
        ("L3T3", (3, 3, False)),
        ("L2T3_KEY", (2, 3, True)),
        ("S2T1", (2, 1, False)),
        ("L12T4h", (12, 4, False)),
        ("L0T1", (1, 1, False)),
        ("", (1, 1, False)),
        (None, (1, 1, False)),
    ],
)
def test_scalability_mode_tells_layers(mode: str | None, layers: tuple[int, int, bool]) -> None:
    assert ortc.parse_scalability_mode(mode) == layers
