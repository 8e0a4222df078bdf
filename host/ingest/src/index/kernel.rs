//! The instructions with which masks are computed.

use std::sync::OnceLock;

use assay_model::shown;

#[cfg(target_arch = "aarch64")]
use super::neon;
use super::portable;
use super::separators::Index;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// The kernel that computes the masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// 512-bit vector instructions.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 256-bit vector instructions.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 128-bit vector instructions.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// 64-bit words.
    Portable,
}

/// The kernel for all reading in this process.
static CHOSEN: OnceLock<Kernel> = OnceLock::new();

/// This processor does not have a kernel of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this CPU does not support the kernel `{name}`\nhelp: it supports {}", .available.join(", "), name = shown(name))]
pub struct NoSuchKernel {
    name: String,
    available: Vec<&'static str>,
}

/// Selects the kernel that finds separators for all reading in this process, instead of the fastest: `avx512`, `avx2`, `neon` or
/// `portable`. The result is the same to the byte. Must be called before anything is read.
///
/// # Errors
///
/// [`NoSuchKernel`] if this processor does not have a kernel of that name.
///
/// # Panics
///
/// Panics if reading has begun with another kernel.
pub fn use_kernel(name: &str) -> Result<(), NoSuchKernel> {
    let all = Kernel::all();
    let Some(&kernel) = all.iter().find(|kernel| kernel.name() == name) else {
        let available = all.iter().map(|kernel| kernel.name()).collect();
        return Err(NoSuchKernel { name: name.to_owned(), available });
    };
    assert_eq!(*CHOSEN.get_or_init(|| kernel), kernel, "reading has begun with another kernel");
    Ok(())
}

impl Kernel {
    /// The kernels that this processor supports, the fastest first.
    pub(crate) fn all() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            kernels.extend(avx512::available().then_some(Self::Avx512));
            kernels.extend(avx2::available().then_some(Self::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        kernels.extend(neon::available().then_some(Self::Neon));
        kernels.push(Self::Portable);
        kernels
    }

    /// The selected kernel, or the fastest one that this processor supports.
    pub(crate) fn chosen() -> Self {
        *CHOSEN.get_or_init(|| Self::all()[0])
    }

    /// Indexes more bytes: see [`Index::run_with`], whose parameters these are.
    pub(crate) fn run(self, index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::run(index, bytes, to, at_end),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::run(index, bytes, to, at_end),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => neon::run(index, bytes, to, at_end),
            Self::Portable => portable::run(index, bytes, to, at_end),
        }
    }

    /// Its name on the command line.
    fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_that_is_not_there_is_refused_with_those_that_are() {
        let error = use_kernel("avx3").unwrap_err().to_string();
        assert!(
            error.starts_with("this CPU does not support the kernel `avx3`\nhelp: it supports "),
            "{error}"
        );
        assert!(error.ends_with("portable"), "{error}");
    }
}
