//! The C functions that copy, fill and compare memory, with SSE2, which every x86-64 processor has.

mod compare;
mod copy;
#[cfg(all(target_env = "musl", not(test)))]
mod exported;
mod fill;
mod lanes;
