//! How people are called outside the service.

/// Gives every client its own reference of a person, so that two clients cannot join their data (KEY-24). `app`
/// implements it with the vault's key: the reference is the same after a restart.
pub trait PairwiseReferences: Send + Sync {
    /// The reference of `person` for `client_id`.
    fn reference(&self, client_id: &str, person: &str) -> String;
}

/// Who asks when the log names a person: no client has this name, for a client's begins with a letter.
const LOG: &str = "*log*";

/// How the log names a person: always alike, like no client, and without a way back.
pub fn log_name(references: &dyn PairwiseReferences, person: &str) -> String {
    references.reference(LOG, person)
}
