//! End-to-end tests, in one program: each of them on its own would link the whole pipeline once more.

mod account;
mod addresses;
mod agreement;
mod author;
mod authoring;
mod determinism;
mod doors;
mod faults;
mod general;
mod hostile;
mod inputs;
mod interleaved;
mod interrupted;
mod languages;
mod one_table;
mod partition;
mod published;
mod registry;
mod retries;
mod samples;
mod schema;
mod shipping;
mod structure;
mod told;
mod truth;
mod versus;
