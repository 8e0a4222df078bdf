//! Mistakes in rule files, drawn with a caret under each.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use assay_model::shown;

use crate::source::Place;
use crate::suggest::nearest;

/// Whether messages are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// ANSI colours, for terminals.
    Ansi,
    /// Text only.
    Plain,
}

/// One mistake: what is wrong, where, and how to correct it.
#[derive(Debug, Clone)]
pub(crate) struct Mistake {
    message: String,
    place: Place,
    also: Vec<(Place, String)>,
    help: Option<String>,
}

impl Mistake {
    pub(crate) fn new(place: &Place, message: impl Into<String>) -> Self {
        Self {
            message: shown(message.into()).to_string(),
            place: place.clone(),
            also: Vec::new(),
            help: None,
        }
    }

    /// Adds a related place.
    pub(crate) fn also(mut self, place: &Place, label: impl Into<String>) -> Self {
        self.also.push((place.clone(), shown(label.into()).to_string()));
        self
    }

    /// Adds a help line.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(shown(help.into()).to_string());
        self
    }

    /// Adds the existing choices as help, with the most likely one first.
    pub(crate) fn choices<'a>(
        self,
        written: &str,
        choices: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match choices_help(written, choices) {
            Some(help) => self.help(help),
            None => self,
        }
    }

    fn render(&self, renderer: &Renderer) -> String {
        let caret = AnnotationKind::Primary.span(self.place.span.clone());
        let mut snippet = Snippet::source(self.place.source.text())
            .path(shown(self.place.source.path().display()).to_string())
            .annotation(caret);
        let mut elsewhere = Vec::new();
        for (place, label) in &self.also {
            let mark = AnnotationKind::Context.span(place.span.clone()).label(label.as_str());
            if place.source.path() == self.place.source.path() {
                snippet = snippet.annotation(mark);
            } else {
                elsewhere.push(
                    Snippet::source(place.source.text())
                        .path(shown(place.source.path().display()).to_string())
                        .annotation(mark),
                );
            }
        }
        let mut group = Level::ERROR.primary_title(self.message.as_str()).element(snippet);
        for snippet in elsewhere {
            group = group.element(snippet);
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// Maximum number of choices listed: nobody reads a list of ninety columns.
const CHOICES_LISTED: usize = 16;

/// Returns `did you mean …` or the list of choices; `None` if there are no choices.
fn choices_help<'a>(written: &str, choices: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let choices: Vec<&str> = choices.into_iter().collect();
    let guess = nearest(written, choices.iter().copied());
    let list = (!choices.is_empty()).then(|| {
        let listed: Vec<String> =
            choices.iter().take(CHOICES_LISTED).map(|c| format!("`{c}`")).collect();
        let more = choices.len().saturating_sub(CHOICES_LISTED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{}{more}", listed.join(", "))
    });
    match (guess, list) {
        (Some(guess), _) if choices.len() == 1 || choices.len() > CHOICES_LISTED => {
            Some(format!("did you mean `{guess}`?"))
        }
        (Some(guess), Some(list)) => Some(format!("did you mean `{guess}`? there are {list}")),
        (None, Some(list)) if choices.len() == 1 => Some(format!("there is {list}")),
        (None, Some(list)) => Some(format!("there are {list}")),
        (_, None) => None,
    }
}

/// All mistakes found, at least one.
#[derive(Clone)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Number of mistakes.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Draws each mistake with its file, line and caret, separated by blank lines.
    pub fn render(&self, colour: Colour) -> String {
        let renderer = match colour {
            Colour::Ansi => Renderer::styled(),
            Colour::Plain => Renderer::plain(),
        };
        let drawn: Vec<String> = self.0.iter().map(|mistake| mistake.render(&renderer)).collect();
        drawn.join("\n\n")
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colour::Plain))
    }
}

impl fmt::Debug for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|m| &m.message)).finish()
    }
}

/// Collects mistakes while files are read, so that one does not hide the next.
#[derive(Debug, Default)]
pub(crate) struct Report(RefCell<Vec<Mistake>>);

impl Report {
    /// Adds a mistake unless it was found already: files shared by several packs are read for each of them.
    pub(crate) fn add(&self, mistake: Mistake) {
        let mut mistakes = self.0.borrow_mut();
        if !mistakes.iter().any(|m| m.message == mistake.message && m.place.same(&mistake.place)) {
            mistakes.push(mistake);
        }
    }

    /// Number of mistakes so far. Comparing it before and after shows whether a part was read without one.
    pub(crate) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Returns `value` if there are no mistakes.
    pub(crate) fn conclude<T>(self, value: Option<T>) -> Result<T, Mistakes> {
        let mut mistakes = self.0.into_inner();
        in_reading_order(&mut mistakes);
        match value {
            Some(value) if mistakes.is_empty() => Ok(value),
            _ => {
                debug_assert!(!mistakes.is_empty(), "what could not be read was reported");
                Err(Mistakes(mistakes))
            }
        }
    }
}

/// Orders mistakes by file, in the order in which files were first reported, and by position in the file: the order in which a person works
/// through them.
fn in_reading_order(mistakes: &mut [Mistake]) {
    let mut files: Vec<PathBuf> = Vec::new();
    for mistake in mistakes.iter() {
        if !files.iter().any(|file| file == mistake.place.source.path()) {
            files.push(mistake.place.source.path().to_owned());
        }
    }
    mistakes.sort_by_key(|mistake| {
        let file = files.iter().position(|file| file == mistake.place.source.path());
        (file, mistake.place.span.start)
    });
}
