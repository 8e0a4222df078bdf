//! One file for each command.

#[cfg(feature = "author")]
pub(crate) mod bench;
#[cfg(feature = "author")]
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod gc;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod keygen;
#[cfg(feature = "author")]
pub(crate) mod lint;
pub(crate) mod lock;
#[cfg(feature = "author")]
pub(crate) mod new;
#[cfg(feature = "author")]
pub(crate) mod pack;
#[cfg(feature = "author")]
pub(crate) mod package;
#[cfg(feature = "registry")]
pub(crate) mod pull;
#[cfg(feature = "registry")]
pub(crate) mod push;
#[cfg(feature = "author")]
pub(crate) mod rules;
pub(crate) mod run;
pub(crate) mod sample;
pub(crate) mod sign;
#[cfg(feature = "author")]
pub(crate) mod test;
pub(crate) mod trial;
pub(crate) mod verify;

mod judge;
#[cfg(feature = "author")]
mod plugin;
