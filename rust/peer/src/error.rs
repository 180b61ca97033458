//! What a command can fail with.

use sfu_outbox::Refusal;
use thiserror::Error;

/// Why a command was not carried out.
#[derive(Debug, Error)]
pub enum CommandError {
    /// There is no connection or track of that id.
    #[error("no {what} {id}")]
    NotFound {
        /// `connection` or `track`.
        what: &'static str,
        /// The id asked for.
        id: u64,
    },
    /// The id is taken.
    #[error("{what} {id} exists")]
    Exists {
        /// `connection` or `track`.
        what: &'static str,
        /// The id asked for.
        id: u64,
    },
    /// The parameters do not make sense.
    #[error("{0}")]
    InvalidParameters(String),
    /// The WebRTC library refuses.
    #[error("{0}")]
    Refused(#[from] webrtc::error::Error),
}

impl CommandError {
    /// The kind under which the owner gets it.
    fn kind(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "notFound",
            Self::Exists { .. } => "exists",
            Self::InvalidParameters(_) => "invalidParameters",
            Self::Refused(_) => "invalidState",
        }
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        Self {
            kind: error.kind(),
            message: error.to_string(),
        }
    }
}
