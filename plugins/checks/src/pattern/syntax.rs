//! Parses the text of a pattern into a tree.

use super::error::PatternError;

/// The deepest nesting of groups: the tree is walked by recursion, and a guest's stack is small.
const DEPTH: usize = 100;
/// The greatest count in `{m,n}`: beyond it tables get large, and lengths have a check of their own.
const COUNT: u32 = 1000;

/// The error for `[[:alpha:]]` and its like.
const POSIX: &str = "POSIX classes such as `[:alpha:]` are not supported; write `[A-Za-z]`";

/// A pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// One character: which ASCII characters match, by number, and whether all others match.
    Class { ascii: [bool; 128], other: bool },
    /// Exactly these bytes.
    Bytes(Vec<u8>),
    /// These nodes, one after the other.
    Sequence(Vec<Node>),
    /// One of these nodes.
    Choice(Vec<Node>),
    /// The node, `least` to `most` times (`None`: no limit).
    Repeat { node: Box<Node>, least: u32, most: Option<u32> },
}

/// Parses a pattern. `^` at the beginning and `$` at the end are allowed and change nothing.
pub(super) fn parse(text: &str) -> Result<Node, PatternError> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, depth: 0 };
    if reader.peek() == Some('^') {
        reader.at += 1;
    }
    let node = reader.choice()?;
    if reader.peek() == Some('$') && reader.at + 1 == reader.chars.len() {
        reader.at += 1;
    }
    match reader.peek() {
        None => Ok(node),
        Some(')') => {
            Err(fault(reader.at, "there is no group to close; write `\\)` for a parenthesis"))
        }
        Some(_) => Err(fault(
            reader.at,
            "`$` may only be at the end: the pattern always matches the whole cell",
        )),
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn choice(&mut self) -> Result<Node, PatternError> {
        let mut branches = vec![self.sequence()?];
        while self.peek() == Some('|') {
            self.at += 1;
            branches.push(self.sequence()?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Choice(branches) })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut parts = Vec::new();
        while let Some(char) = self.peek() {
            if matches!(char, '|' | ')' | '$') {
                break;
            }
            let atom = self.atom(char)?;
            parts.push(self.repeated(atom)?);
        }
        Ok(Node::Sequence(parts))
    }

    fn atom(&mut self, char: char) -> Result<Node, PatternError> {
        let start = self.at;
        self.at += 1;
        match char {
            '(' => self.group(start),
            '[' => self.class(start),
            '.' => {
                let mut ascii = [true; 128];
                ascii[usize::from(b'\n')] = false;
                Ok(Node::Class { ascii, other: true })
            }
            '\\' => match self.escape(start)? {
                Escape::Char(char) => Ok(literal(char)),
                Escape::Class(ascii, other) => Ok(Node::Class { ascii, other }),
            },
            '*' | '+' | '?' | '{' => Err(fault(
                start,
                format!("there is nothing to repeat; write `\\{char}` for the character"),
            )),
            '^' => Err(fault(
                start,
                "`^` may only be at the beginning: the pattern always matches the whole cell",
            )),
            char => Ok(literal(char)),
        }
    }

    fn group(&mut self, start: usize) -> Result<Node, PatternError> {
        if self.peek() == Some('?') {
            self.at += 1;
            if self.peek() != Some(':') {
                return Err(fault(start + 1, "options and look-around are not supported"));
            }
            self.at += 1;
        }
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(fault(start, format!("groups are nested more than {DEPTH} deep")));
        }
        let node = self.choice()?;
        self.depth -= 1;
        match self.peek() {
            Some(')') => self.at += 1,
            Some('$') => {
                return Err(fault(
                    self.at,
                    "`$` may only be at the end: the pattern always matches the whole cell",
                ));
            }
            _ => return Err(fault(start, "the group is not closed")),
        }
        Ok(node)
    }

    fn repeated(&mut self, node: Node) -> Result<Node, PatternError> {
        let start = self.at;
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => self.counts(start)?,
            _ => return Ok(node),
        };
        self.at += 1;
        Ok(Node::Repeat { node: Box::new(node), least, most })
    }

    /// Reads `{m}`, `{m,}` or `{m,n}` up to its closing brace.
    fn counts(&mut self, start: usize) -> Result<(u32, Option<u32>), PatternError> {
        let shape = "expected `{3}`, `{3,}` or `{3,5}`";
        let Some(length) = self.chars[start..].iter().position(|&char| char == '}') else {
            return Err(fault(start, shape));
        };
        self.at = start + length;
        let inner: String = self.chars[start + 1..self.at].iter().collect();
        let number = |text: &str| {
            let number = text.parse::<u32>().map_err(|_| fault(start, shape))?;
            if number > COUNT {
                return Err(fault(start, format!("expected a count of at most {COUNT}")));
            }
            Ok(number)
        };
        let (least, most) = match inner.split_once(',') {
            None => {
                let exact = number(&inner)?;
                (exact, Some(exact))
            }
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        if most.is_some_and(|most| most < least) {
            return Err(fault(start, "the second count is less than the first"));
        }
        Ok((least, most))
    }

    fn class(&mut self, start: usize) -> Result<Node, PatternError> {
        let mut ascii = [false; 128];
        let mut others = false;
        let negated = self.peek() == Some('^');
        if negated {
            self.at += 1;
        }
        let first = self.at;
        if self.peek() == Some(':') && self.is_posix(start) {
            return Err(fault(start, POSIX));
        }
        loop {
            let at = self.at;
            if self.peek() == Some('[') && self.is_posix(at) {
                return Err(fault(at, POSIX));
            }
            let Some(char) = self.peek() else {
                return Err(fault(start, "the class is not closed"));
            };
            self.at += 1;
            let low = match char {
                ']' if at > first => break,
                '\\' => match self.escape(at)? {
                    Escape::Char(char) => char,
                    Escape::Class(members, other) => {
                        ascii.iter_mut().zip(members).for_each(|(all, one)| *all |= one);
                        others |= other;
                        continue;
                    }
                },
                char => char,
            };
            let high = self.range_end(low)?;
            let (Some(low), Some(high)) = (ascii_index(low), ascii_index(high)) else {
                return Err(fault(at, "classes hold ASCII characters only"));
            };
            if low > high {
                return Err(fault(at, "the range is reversed"));
            }
            ascii[low..=high].fill(true);
        }
        if negated {
            for member in &mut ascii {
                *member = !*member;
            }
        }
        Ok(Node::Class { ascii, other: others != negated })
    }

    /// Whether `[:alpha:]` or the like begins at `open`, which other dialects allow within a class.
    fn is_posix(&self, open: usize) -> bool {
        let Some(&mark @ (':' | '.' | '=')) = self.chars.get(open + 1) else { return false };
        let inner = self.chars[open + 2..].iter().take_while(|char| char.is_ascii_alphabetic());
        let end = open + 2 + inner.count();
        end > open + 2 && self.chars[end..].starts_with(&[mark, ']'])
    }

    /// The end of a range such as `a-z`, or `low` itself if there is no range.
    fn range_end(&mut self, low: char) -> Result<char, PatternError> {
        match (self.peek(), self.chars.get(self.at + 1)) {
            (Some('-'), Some(&high)) if high != ']' => {
                let at = self.at + 1;
                self.at += 2;
                if high != '\\' {
                    return Ok(high);
                }
                match self.escape(at)? {
                    Escape::Char(char) => Ok(char),
                    Escape::Class(..) => Err(fault(at, "a range must end with a character")),
                }
            }
            _ => Ok(low),
        }
    }

    fn escape(&mut self, start: usize) -> Result<Escape, PatternError> {
        let Some(char) = self.peek() else {
            return Err(fault(start, "the escape is not complete"));
        };
        self.at += 1;
        let class = |member: fn(u8) -> bool, negated: bool| {
            let mut ascii = [false; 128];
            for (byte, held) in (0_u8..).zip(&mut ascii) {
                *held = member(byte) != negated;
            }
            Ok(Escape::Class(ascii, negated))
        };
        match char {
            'd' | 'D' => class(|byte| byte.is_ascii_digit(), char == 'D'),
            'w' | 'W' => class(|byte| byte.is_ascii_alphanumeric() || byte == b'_', char == 'W'),
            's' | 'S' => class(|byte| byte.is_ascii_whitespace(), char == 'S'),
            't' => Ok(Escape::Char('\t')),
            'n' => Ok(Escape::Char('\n')),
            'r' => Ok(Escape::Char('\r')),
            char if char.is_ascii_punctuation() || char == ' ' => Ok(Escape::Char(char)),
            char => Err(fault(start, format!("unknown escape `\\{char}`"))),
        }
    }
}

fn fault(at: usize, message: impl Into<String>) -> PatternError {
    PatternError { character: at + 1, message: message.into() }
}

enum Escape {
    Char(char),
    Class([bool; 128], bool),
}

fn literal(char: char) -> Node {
    let mut bytes = [0; 4];
    Node::Bytes(char.encode_utf8(&mut bytes).as_bytes().to_vec())
}

fn ascii_index(char: char) -> Option<usize> {
    u8::try_from(char).ok().filter(u8::is_ascii).map(usize::from)
}
