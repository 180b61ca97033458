//! The worker under test and the requests to it.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use rustix::{
    event::{PollFd, PollFlags, poll},
    time::Timespec,
};
use serde_json::{Value, json};
use sfu_net::{Worker, WorkerOptions};

use crate::{client::Client, identity::Identity, video};

/// A worker with one router.
pub(crate) struct Call {
    worker: Worker,
    address: SocketAddr,
    /// For requests and for all objects but the router.
    next: u64,
}

const ROUTER: u64 = 1;
const PRODUCER: u64 = 1;
/// The payload types that consumers receive, and the id of their `mid` extension, which browsers always have.
const PAYLOAD_TYPE: u8 = 101;
const RTX_PAYLOAD_TYPE: u8 = 102;
const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

impl Call {
    pub(crate) fn start() -> Result<Self> {
        let options: WorkerOptions = serde_json::from_value(json!({
            "listen": [{ "ip": "127.0.0.1", "port": 0 }],
            "iceConsentTimeout": 0,
        }))?;
        let worker = Worker::spawn(&options)?;
        let address = *worker.listen().first().context("no socket")?;
        let next = 1;
        let mut call = Self {
            worker,
            address,
            next,
        };
        call.request(json!({ "method": "createRouter", "router": ROUTER }))?;
        Ok(call)
    }

    /// Makes a transport and connects a client to it.
    pub(crate) fn connect(&mut self, identity: &Identity) -> Result<Client> {
        let transport = self.take_id();
        let reply = self.request(json!({
            "method": "createWebRtcTransport", "router": ROUTER, "transport": transport,
        }))?;
        let fingerprint = json!({ "algorithm": "sha-256", "value": identity.fingerprint });
        self.request(json!({
            "method": "connectTransport", "transport": transport,
            "dtlsParameters": { "role": "client", "fingerprints": [fingerprint] },
        }))?;
        Client::connect(transport, &reply, self.address, identity)
    }

    /// Announces the video that `client` will send.
    pub(crate) fn produce(&mut self, client: &Client) -> Result<()> {
        self.request(json!({
            "method": "produce", "transport": client.transport, "producer": PRODUCER, "kind": "video",
            "codecs": [{
                "codec": "vp8", "payloadType": video::PAYLOAD_TYPE, "mappedPayloadType": PAYLOAD_TYPE,
                "clockRate": video::CLOCK_RATE, "nack": true, "pli": true,
            }],
            "encodings": [{ "ssrc": video::SSRC }],
            "cname": "bench",
        }))?;
        Ok(())
    }

    /// Lets `client` receive it.
    pub(crate) fn consume(&mut self, client: &Client) -> Result<()> {
        let consumer = self.take_id();
        self.request(json!({
            "method": "consume", "transport": client.transport, "consumer": consumer, "producer": PRODUCER,
            "mid": "0", "payloadTypes": [PAYLOAD_TYPE], "ssrc": 1000 + consumer,
            "rtxPayloadType": RTX_PAYLOAD_TYPE, "rtxSsrc": 1_000_000 + consumer,
            "headerExtensions": [{ "uri": MID, "id": 1 }],
            "cname": "bench",
        }))?;
        Ok(())
    }

    /// CPU time of the media thread.
    pub(crate) fn cpu(&self) -> Duration {
        let times = self.worker.cpu_times();
        times.user + times.system
    }

    fn request(&mut self, command: Value) -> Result<Value> {
        let request = self.take_id();
        self.worker.submit(request, &command.to_string())?;
        loop {
            self.wait()?;
            for line in self.worker.drain() {
                let mut line: Value = serde_json::from_str(&line)?;
                if let Some(reason) = line.get("died") {
                    bail!("the worker died: {reason}");
                }
                if line.get("request") == Some(&json!(request)) {
                    let ok = line.get_mut("ok").map(Value::take);
                    return ok.with_context(|| format!("{command}: {line}"));
                }
            }
        }
    }

    fn wait(&self) -> Result<()> {
        let mut fds = [PollFd::new(&self.worker, PollFlags::IN)];
        let timeout = Timespec::try_from(ANSWER_WITHIN)?;
        ensure!(poll(&mut fds, Some(&timeout))? == 1, "no answer");
        Ok(())
    }

    fn take_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}
