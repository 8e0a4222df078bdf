//! What musl does slowly, done fast, for programs that are linked with it: the allocator, and the functions that copy, fill and compare memory.
//!
//! musl's `memcpy` is one `rep movsq`, which takes dozens of cycles to start on many processors, and its `memcmp` compares byte by byte. Most of the
//! memory that a run copies or compares is a cell, a few bytes long. This crate defines the C functions under their own names, so the linker does not take
//! musl's. With any other C library it defines none.
//!
//! `cargo xtask image --measure` compares a program with this crate, one without, and one linked with glibc. `terraform/image/README.md` has the table.
#![no_std]
// Otherwise the compiler would replace the loop inside `memcpy` by a call of `memcpy`.
#![no_builtins]
#![allow(
    unsafe_code,
    reason = "C functions on raw pointers; without this crate a run linked with musl takes a fifth more CPU"
)]

#[cfg(test)]
extern crate std;

#[cfg(all(target_arch = "x86_64", any(test, target_env = "musl")))]
mod memory;

/// musl's own allocator has one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
