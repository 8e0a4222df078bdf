//! Identifies the format of some bytes before a compiler sees them, because its errors would not help.

use crate::error::SandboxError;

/// Every WebAssembly binary begins with this.
const MAGIC: &[u8] = b"\0asm";

/// Version and layer of a core module.
const CORE: [u8; 4] = [1, 0, 0, 0];

/// Checks that the bytes are a complete component of at most `limit` bytes, but not that it is valid.
pub(crate) fn check(plugin: &str, bytes: &[u8], limit: usize) -> Result<(), SandboxError> {
    let plugin = plugin.to_owned();
    if bytes.is_empty() {
        return Err(SandboxError::Empty { plugin });
    }
    if bytes.len() > limit {
        return Err(SandboxError::TooLarge { plugin, bytes: bytes.len(), limit });
    }
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        if MAGIC.starts_with(bytes) {
            return Err(SandboxError::Truncated { plugin, bytes: bytes.len() });
        }
        if let Some(start) = text(bytes) {
            return Err(SandboxError::Text { plugin, start });
        }
        let start: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        return Err(SandboxError::NotWasm { plugin, start: start.join(" ") });
    };
    let truncated = || SandboxError::Truncated { plugin: plugin.clone(), bytes: bytes.len() };
    let (version, sections) = rest.split_first_chunk().ok_or_else(truncated)?;
    if *version == CORE {
        return Err(SandboxError::CoreModule { plugin });
    }
    if whole(sections) { Ok(()) } else { Err(truncated()) }
}

/// The first line, if the beginning is printable text.
fn text(bytes: &[u8]) -> Option<String> {
    let start = &bytes[..bytes.len().min(64)];
    // The last character may be cut off.
    let text = match str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            str::from_utf8(&start[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let printable = text.chars().all(|c| !c.is_control() || c.is_whitespace());
    (printable && !text.is_empty()).then(|| text.lines().next().unwrap_or_default().to_owned())
}

/// Whether all sections (a kind byte, a length in LEB128, and that many bytes) end within the file.
fn whole(mut sections: &[u8]) -> bool {
    while let [_, rest @ ..] = sections {
        let Some((length, rest)) = leb128(rest) else { return false };
        let Some(rest) = usize::try_from(length).ok().and_then(|length| rest.get(length..)) else {
            return false;
        };
        sections = rest;
    }
    true
}

fn leb128(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0_u64;
    for (place, &byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((u32::try_from(value).ok()?, &bytes[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_that_are_no_component() {
        let check = |bytes: &[u8], expected: &str| {
            let found = super::check("p", bytes, 100).map_err(|error| error.to_string());
            let found = found.map_or_else(|text| text, |()| "a component".to_owned());
            assert!(found.contains(expected), "{found} should say: {expected}");
        };
        check(b"", "is empty");
        check(&[b' '; 101], "101 bytes: expected 100 at most");
        check(b"(component)", "is text that begins with \"(component)\"");
        check(b"<!DOCTYPE html>\n<html>", "is text that begins with \"<!DOCTYPE html>\"");
        check(b"\x7fELF\x02\x01", "found 7f 45 4c 46");
        check(b"\0as", "ends after 3 bytes");
        check(b"\0asm", "ends after 4 bytes");
        check(b"\0asm\x01\0\0\0", "is a core module");
        check(b"\0asm\x0d\0\x01\0", "a component");
        check(b"\0asm\x0d\0\x01\0\x00\x03abc", "a component");
        check(b"\0asm\x0d\0\x01\0\x00\x04abc", "in the middle of a section");
        check(b"\0asm\x0d\0\x01\0\x00\x80", "in the middle of a section");
        check(b"\0asm\x0d\0\x01\0\x00\xff\xff\xff\xff\xff\xff", "in the middle of a section");
    }
}
