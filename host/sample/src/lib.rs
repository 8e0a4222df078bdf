//! Generates files with a truth file: any number of realistic records, and seeded defects of every kind.
//!
//! A [`Profile`] is a TOML file that describes how the columns of a kind of file are made and which defects they can
//! have. It is kept next to the packs; this crate knows no dataset. A [`Generator`] writes a file of a profile: the
//! same [`Request`] gives the same bytes on every machine. The truth file lists every finding and repair that a run
//! over the file must report, so that a test can require that nothing is missed and nothing else is reported.
//!
//! `README.md` describes the profile language.

mod condition;
mod damage;
mod data;
mod dates;
mod defect;
mod error;
mod generator;
mod given;
mod plan;
mod prng;
mod profile;
mod raw;
mod recipe;
mod render;
mod roster;
mod scope;
mod share;
mod table;
mod template;
mod truth;
mod weights;

pub use defect::Outcome;
pub use error::ProfileError;
pub use generator::{Generator, Progress, Request};
pub use profile::Profile;
pub use share::{Share, ShareError};
pub use truth::{Amounts, Summary};
