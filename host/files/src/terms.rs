//! How long a file is to last, and for whom it is.

/// What a file has to outlast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The machine's power: content, name and new folders are on the disk when the call returns.
    Durable,
    /// This process. After a power cut it may be gone or empty, which costs no more than making it again; nothing waits for the disk.
    Cached,
}

/// Who may use a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whom the user's `umask` lets.
    Usual,
    /// Everyone may read it, and its owner only write it: a public key.
    OwnerWrites,
    /// Its owner alone: a secret.
    OwnerOnly,
}
