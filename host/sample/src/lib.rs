//! Generated files with a truth file: any number of realistic records, and seeded defects of each kind.
//!
//! A [`Profile`] is TOML that says how the columns of a kind of file are made and which defects exist; it stands beside
//! the packs, and nothing here knows a dataset. A [`Generator`] writes a file of it: the same [`Request`] gives the
//! same bytes on every machine. The truth file names every finding and every repair that a run over the file must
//! report, so that a test can demand that nothing is missed and nothing else is hit.
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
