//! Room for what later versions of the contract say.

/// Key and value pairs that this version of the contract does not know by name.
pub type Extras = Vec<(String, String)>;
