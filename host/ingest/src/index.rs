//! Finds separators, 64 bytes at a time, and detects immediately where the grammar is broken.
//!
//! Each block of 64 bytes becomes one bitmask per kind of byte (quotes, commas, LFs …); everything else is arithmetic on those words.
//! The prefix XOR of the quotes gives the bytes inside quotes; commas and LFs outside are separators. An opening quote must follow a
//! separator or a quote, and a closing quote must be followed by a separator, a quote or a CRLF; each check is one shift and one mask.
//! Doubled quotes need no special case: they close and open again. LFs, CRs, NULs and bytes beyond ASCII are rare. One mask tells
//! whether a block has any, and only then are their own masks computed.
//!
//! Only the masks depend on the processor: `avx512`, `avx2` and `neon` compute them with vector instructions where available,
//! [`portable`] with 64-bit words anywhere. Positions are extracted from the words with a table, or with one instruction where the
//! processor has it.

mod asking;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod bits;
mod block;
mod kernel;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
mod positions;
mod separators;

pub(crate) use block::{BLOCK, BLOCK_BYTES};
pub(crate) use kernel::Kernel;
pub use kernel::{NoSuchKernel, use_kernel};
pub(crate) use separators::{Detail, End, Index};

#[cfg(test)]
mod tests {
    use super::*;

    fn index(kernel: Kernel, text: &[u8], step: usize, detail: Detail) -> Index {
        let mut bytes = text.to_vec();
        bytes.resize(text.len() + BLOCK, b'"');
        let mut index = Index::default();
        index.clear(0, detail);
        for to in (0..text.len()).step_by(step) {
            kernel.run(&mut index, &bytes, to, false);
        }
        kernel.run(&mut index, &bytes, text.len(), true);
        index
    }

    /// `expected`: `,` and `;` where a comma or LF separates, `^` where an LF is quoted, `:` at the second of two doubled quotes.
    fn check(text: &str, expected: &str) {
        for lead in [0, 1, 57, 60, 61, 62, 63, 64, 65] {
            for kernel in Kernel::all() {
                let text = format!(
                    "{}{text}",
                    "x,".repeat(64)[..lead & !1].to_owned() + if lead % 2 == 1 { "," } else { "" }
                );
                let found = index(kernel, text.as_bytes(), 7, Detail::Positions);
                let mut marks = vec![b' '; text.len()];
                for &position in &found.separators[..found.count] {
                    marks[position as usize] = b',';
                }
                for &end in &found.ends {
                    assert_eq!(found.separators[end.nth as usize], end.at);
                    marks[end.at as usize] = b';';
                }
                for &position in &found.inner_lfs {
                    marks[position as usize] = b'^';
                }
                for &position in &found.doubled {
                    marks[position as usize] = b':';
                }
                if found.broken {
                    marks.push(b'!');
                }
                let marks = String::from_utf8(marks[lead..].to_vec()).unwrap();
                assert_eq!(marks, expected, "{text:?} with {kernel:?}");
            }
        }
    }

    #[test]
    fn separators_are_found_outside_quotes() {
        check("a,b\nc,d\n", " , ; , ;");
        check("\"a,\",b\r\n", "    ,  ;");
        check("\"a\n\",\"\"\n", "  ^ ,  ;");
        check("\"a\"\"b\",c", "   :  , ");
        check("\"\"\"\",c\n", "  : , ;");
        check("a\rb,c", "   , ");
    }

    #[test]
    fn the_first_break_stops_it() {
        check("a,b\"c,d\n", " ,      !");
        check("a,\"b\"c,d\n", " ,       !");
        check("a,b\n\"c\"\rd\n", " , ;      !");
        check("a,\"b\n", " ,  ^!");
        check("a,\"b\"\r", " ,    !");
        check("a\n\"\"\"", " ;  :!");
        check("a\r\"b\"\n", "      !");
    }

    #[test]
    fn kernels_agree_on_any_bytes() {
        let mut state = 1_u64;
        for round in 0..2_000 {
            let text: Vec<u8> = (0..200)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    b"\",\n\r\0\xffa-"[(state >> 61) as usize]
                })
                .collect();
            let text = &text[round % 7..];
            let one = index(Kernel::Portable, text, 64, Detail::Positions);
            for kernel in Kernel::all() {
                let other = index(kernel, text, 64, Detail::Positions);
                assert_eq!(one.separators[..one.count], other.separators[..other.count]);
                let bits = index(kernel, text, 64, Detail::Bits);
                let found: Vec<u32> =
                    (0..).map_while(|nth| bits.separators_from(0).nth(nth)).collect();
                assert_eq!(one.separators[..one.count], found);
                assert_eq!((&one.ends, one.count), (&bits.ends, bits.count));
                assert_eq!(
                    (
                        &one.ends,
                        &one.inner_lfs,
                        &one.doubled,
                        one.broken,
                        one.saw_cr,
                        one.saw_nul,
                        &one.high
                    ),
                    (
                        &other.ends,
                        &other.inner_lfs,
                        &other.doubled,
                        other.broken,
                        other.saw_cr,
                        other.saw_nul,
                        &other.high
                    ),
                );
            }
        }
    }
}
