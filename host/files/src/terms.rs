//! How long a file must last, and who may access it.

/// What a file must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// A power cut: the content, the name and new folders are on the disk when the call returns.
    Durable,
    /// The end of this process. After a power cut the file may be gone or empty, which costs only making it again; nothing waits for
    /// the disk.
    Cached,
}

/// Who may access a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone whom the user's `umask` allows.
    Usual,
    /// Everyone may read it, but only its owner may write it: a public key.
    OwnerWrites,
    /// Only its owner: a secret.
    OwnerOnly,
}
