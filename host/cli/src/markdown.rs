//! Markdown pages on a terminal: headings stand out, code is indented, everything else stays as written.

/// Renders a page for the terminal.
pub(crate) fn rendered(page: &str, colours: bool) -> String {
    let mut text = String::new();
    let mut code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            code = !code;
            continue;
        }
        if code {
            text.push_str("      ");
            text.push_str(line);
        } else if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            text.push_str("  ");
            if colours {
                text.extend(["\x1b[1m", heading, "\x1b[0m"]);
            } else {
                text.push_str(&heading.to_uppercase());
            }
        } else if !line.is_empty() {
            text.push_str("  ");
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn pages_read_well_without_their_marks() {
        let page = "# a: b\n\nText.\n\n## Fails\n\n```csv\nA\n1\n```\n- `x`: y\n";
        let plain = "  A: B\n\n  Text.\n\n  FAILS\n\n      A\n      1\n  - `x`: y\n";
        assert_eq!(super::rendered(page, false), plain);
        assert!(super::rendered(page, true).starts_with("  \u{1b}[1ma: b\u{1b}[0m\n"));
    }
}
