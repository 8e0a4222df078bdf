//! Parses a page from Markdown.

use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use super::written::{Block, Page, Section};

impl Page {
    /// Parses a page. Any text is a page; what it lacks is reported when it is checked.
    pub(crate) fn parse(path: &Path, text: &str) -> Self {
        let mut reading = Reading {
            page: Self {
                path: path.to_owned(),
                name: String::new(),
                title: String::new(),
                head: String::new(),
                head_line: 1,
                sections: Vec::new(),
            },
            place: Place::Elsewhere,
            words: String::new(),
            item: Item::None,
        };
        for (event, range) in Parser::new(text).into_offset_iter() {
            let line = text[..range.start].matches('\n').count() + 1;
            reading.take(event, line);
        }
        reading.page
    }
}

struct Reading {
    page: Page,
    place: Place,
    words: String,
    item: Item,
}

#[derive(PartialEq)]
enum Place {
    Title,
    Heading,
    Head,
    Code,
    Elsewhere,
}

#[derive(PartialEq)]
enum Item {
    None,
    /// An item in which no code has occurred yet.
    Begun,
}

impl Reading {
    fn take(&mut self, event: Event<'_>, line: usize) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.words.clear();
                self.place = match level {
                    HeadingLevel::H1 => Place::Title,
                    HeadingLevel::H2 => Place::Heading,
                    _ => Place::Elsewhere,
                };
                if self.place == Place::Heading {
                    self.page.sections.push(Section {
                        title: String::new(),
                        line,
                        empty: true,
                        items: Vec::new(),
                        blocks: Vec::new(),
                    });
                }
            }
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::Paragraph)
                if self.page.sections.is_empty() && self.page.head.is_empty() =>
            {
                self.words.clear();
                self.page.head_line = line;
                self.place = Place::Head;
            }
            Event::End(TagEnd::Paragraph) if self.place == Place::Head => {
                self.page.head = std::mem::take(&mut self.words);
                self.place = Place::Elsewhere;
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                if let Some(section) = self.page.sections.last_mut() {
                    section.empty = false;
                    section.blocks.push(Block { info, text: String::new(), line: line + 1 });
                    self.place = Place::Code;
                }
            }
            Event::End(TagEnd::CodeBlock) => self.place = Place::Elsewhere,
            Event::Start(Tag::Item) => self.item = Item::Begun,
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.code(&code, line),
            Event::SoftBreak | Event::HardBreak => self.words.push(' '),
            _ => {}
        }
    }

    fn end_heading(&mut self) {
        let words = std::mem::take(&mut self.words);
        match self.place {
            Place::Title => {
                let (name, title) = words.split_once(':').unwrap_or((&words, ""));
                name.trim().trim_matches('`').clone_into(&mut self.page.name);
                title.trim().clone_into(&mut self.page.title);
            }
            Place::Heading => {
                if let Some(section) = self.page.sections.last_mut() {
                    section.title = words;
                }
            }
            Place::Head | Place::Code | Place::Elsewhere => {}
        }
        self.place = Place::Elsewhere;
    }

    fn text(&mut self, text: &str) {
        self.words.push_str(text);
        let Some(section) = self.page.sections.last_mut() else { return };
        match self.place {
            Place::Code => {
                if let Some(block) = section.blocks.last_mut() {
                    block.text.push_str(text);
                }
            }
            Place::Elsewhere => section.empty = false,
            Place::Title | Place::Heading | Place::Head => {}
        }
    }

    fn code(&mut self, code: &str, line: usize) {
        for part in ["`", code, "`"] {
            self.words.push_str(part);
        }
        let Some(section) = self.page.sections.last_mut() else { return };
        if self.item == Item::Begun {
            section.items.push((code.to_owned(), line));
            self.item = Item::None;
        }
        if self.place == Place::Elsewhere {
            section.empty = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart() {
        let text = "# amount-zero: the amount is not zero\n\nvalidate · warn · reads\n`Amount`\n\n## Settings\n\n\
                    - `least` and `most`: bounds\n- `unit`: what\n\n## Fails\n\nLike so:\n\n```csv\nAmount\n0.00\n```\n";
        let page = Page::parse(Path::new("a.md"), text);
        assert_eq!(
            (page.name.as_str(), page.title.as_str()),
            ("amount-zero", "the amount is not zero")
        );
        assert_eq!((page.head.as_str(), page.head_line), ("validate · warn · reads `Amount`", 3));
        let [settings, fails] = &page.sections[..] else { panic!("two sections") };
        assert_eq!(settings.items, [("least".to_owned(), 8), ("unit".to_owned(), 9)]);
        assert_eq!((fails.title.as_str(), fails.line), ("Fails", 11));
        let [block] = &fails.blocks[..] else { panic!("one block") };
        assert_eq!(
            (block.info.as_str(), block.text.as_str(), block.line),
            ("csv", "Amount\n0.00\n", 16)
        );
    }
}
