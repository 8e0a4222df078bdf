//! A bucket in process.
