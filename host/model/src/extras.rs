//! Room for what later versions of the contract add.

/// Key and value pairs that this version of the contract does not define.
pub type Extras = Vec<(String, String)>;
