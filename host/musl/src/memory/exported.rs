//! The C functions. All that musl keeps in the same object files are here, so that none of those files is linked.

use core::ffi::{c_int, c_void};

use super::{compare, copy, fill};

/// Copies `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
    // SAFETY: the caller's promise: both places have `len` bytes.
    unsafe { copy::copy(to.cast(), from.cast(), len) };
    to
}

/// Copies `len` bytes between places that may overlap.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
    // SAFETY: the caller's promise: both places have `len` bytes.
    unsafe { copy::copy(to.cast(), from.cast(), len) };
    to
}

/// Fills `len` bytes with the lowest byte of `with`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut c_void, with: c_int, len: usize) -> *mut c_void {
    // SAFETY: the caller's promise: the place has `len` bytes.
    unsafe { fill::fill(to.cast(), with.to_le_bytes()[0], len) };
    to
}

/// Compares `len` bytes: below zero, zero or above it, like the first two bytes that differ.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const c_void, right: *const c_void, len: usize) -> c_int {
    // SAFETY: the caller's promise: both places have `len` bytes.
    unsafe { compare::compare(left.cast(), right.cast(), len) }
}

/// Whether `len` bytes differ: zero if not.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const c_void, right: *const c_void, len: usize) -> c_int {
    // SAFETY: the caller's promise: both places have `len` bytes.
    unsafe { compare::compare(left.cast(), right.cast(), len) }
}
