//! What the engine tells its owner unasked.

use serde::Serialize;

use crate::{
    ids::TransportId,
    transport::{DtlsState, IceState},
};

/// Something that the network did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// ICE went from one state to another.
    IceStateChange {
        /// Which.
        transport: TransportId,
        /// The new state.
        ice_state: IceState,
    },
    /// The peer chose another path, or its address changed.
    IceSelectedTupleChange {
        /// Which.
        transport: TransportId,
        /// Our address, as `ip:port`.
        local: String,
        /// The peer's address, as `ip:port`.
        remote: String,
    },
    /// DTLS went from one state to another.
    DtlsStateChange {
        /// Which.
        transport: TransportId,
        /// The new state.
        dtls_state: DtlsState,
    },
}
