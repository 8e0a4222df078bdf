//! What a server of S3 answers, as AWS documents it: a table that any server can be held against.

mod client;

pub use client::{Answer, Client, Sent};
