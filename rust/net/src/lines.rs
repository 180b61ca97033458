//! The engine's answers and events in the owner's terms.

use serde_json::{Value, json};
use sfu_engine::{CommandError, Event, Reply};
use sfu_outbox::{Outbox, Refusal, Subject};

use crate::socket::Socket;

/// Answers a request.
pub(crate) fn tell_answer(outbox: &Outbox, request: u64, result: Result<Reply, CommandError>) {
    outbox.answer(request, result.map_err(|error| refusal(&error)));
}

/// Tells an event. All of them are states: a later one says all that an earlier one did.
pub(crate) fn tell_event(outbox: &Outbox, event: &Event) {
    outbox.state(subject(event), event);
}

/// Adds what the net layer knows to the engine's dump of the worker.
pub(crate) fn add_sockets(reply: &mut Reply, sockets: &[Socket]) {
    if let Reply::Report(Value::Object(report)) = reply {
        let sockets: Vec<_> = sockets.iter().map(Socket::report).collect();
        report.insert("sockets".to_owned(), json!(sockets));
    }
}

fn refusal(error: &CommandError) -> Refusal {
    let kind = match error {
        CommandError::NotFound(..) => "notFound",
        CommandError::Exists(..) => "exists",
        CommandError::InvalidState(_) => "invalidState",
        CommandError::InvalidParameters(_) => "invalidParameters",
    };
    let message = error.to_string();
    Refusal { kind, message }
}

fn subject(event: &Event) -> Subject {
    let (state, object) = match event {
        Event::IceStateChange { transport, .. } => ("ice", transport.0),
        Event::IceSelectedTupleChange { transport, .. } => ("tuple", transport.0),
        Event::DtlsStateChange { transport, .. } => ("dtls", transport.0),
        Event::ProducerScore { producer, .. } => ("producerScore", producer.0),
        Event::ConsumerScore { consumer, .. } => ("consumerScore", consumer.0),
        Event::ConsumerLayersChange { consumer, .. } => ("consumerLayers", consumer.0),
    };
    Subject { state, object }
}

#[cfg(test)]
mod tests {
    use std::slice;

    use sfu_engine::{DtlsState, InvalidState, Object, SocketId, TransportId};

    use super::*;

    #[test]
    fn refusals_have_the_kinds_of_the_contract() {
        for (error, kind) in [
            (CommandError::NotFound(Object::Router, 1), "notFound"),
            (CommandError::Exists(Object::Router, 1), "exists"),
            (
                CommandError::InvalidState(InvalidState::AlreadyConnected),
                "invalidState",
            ),
        ] {
            let outbox = Outbox::new().unwrap();
            tell_answer(&outbox, 7, Err(error));
            let lines = outbox.drain();
            let line: Value = serde_json::from_str(&lines[0]).unwrap();
            assert_eq!(
                (&line["request"], &line["error"]["kind"]),
                (&json!(7), &json!(kind))
            );
        }
    }

    #[test]
    fn the_workers_dump_tells_its_sockets() {
        let socket = Socket::bind(SocketId(0), "127.0.0.1:0".parse().unwrap()).unwrap();
        let mut reply = Reply::Report(json!({ "routers": [] }));
        add_sockets(&mut reply, slice::from_ref(&socket));
        let report = serde_json::to_value(reply).unwrap();
        assert_eq!(report["routers"], json!([]));
        let told = &report["sockets"][0];
        assert_eq!(told["local"], json!(socket.local()));
        assert_eq!(told["offload"], "segmented");
        assert_eq!(
            told["drops"],
            json!({ "sendBlocked": 0, "sendFailed": 0, "receiveFailed": 0 })
        );
    }

    #[test]
    fn an_event_is_told_under_its_name() {
        let outbox = Outbox::new().unwrap();
        let transport = TransportId(3);
        let dtls_state = DtlsState::Failed;
        tell_event(
            &outbox,
            &Event::DtlsStateChange {
                transport,
                dtls_state,
            },
        );
        assert_eq!(
            outbox.drain(),
            [r#"{"event":"dtlsStateChange","transport":3,"dtlsState":"failed"}"#]
        );
    }
}
