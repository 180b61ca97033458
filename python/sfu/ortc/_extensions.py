"""URIs of RTP header extensions (RFC 8285)."""

from typing import Final

MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_WIDE_CC: Final = (
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
DEPENDENCY_DESCRIPTOR: Final = (
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
)
VIDEO_ORIENTATION: Final = "urn:3gpp:video-orientation"
TRANSMISSION_OFFSET: Final = "urn:ietf:params:rtp-hdrext:toffset"
ABS_CAPTURE_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
PLAYOUT_DELAY: Final = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
PACKET_ID: Final = "urn:mediasoup:params:rtp-hdrext:packet-id"

ALL: Final = frozenset(
    {
        MID,
        RID,
        REPAIRED_RID,
        ABS_SEND_TIME,
        TRANSPORT_WIDE_CC,
        AUDIO_LEVEL,
        DEPENDENCY_DESCRIPTOR,
        VIDEO_ORIENTATION,
        TRANSMISSION_OFFSET,
        ABS_CAPTURE_TIME,
        PLAYOUT_DELAY,
        PACKET_ID,
    }
)
