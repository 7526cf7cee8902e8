//! What a module's text must satisfy before the parser sees it: regorus parses nested brackets in exponential time and
//! recurses without a limit on unary operators and operator chains.
//!
//! Takes a text, gives the first violation with its place.

use std::num::NonZeroU32;

use regorus::utils::limits::PolicyLengthConfig;

/// Largest module in bytes.
const MAX_BYTES: usize = 512 * 1024;
/// Longest line in characters: keys and tables stand on one.
const MAX_COLUMNS: u32 = 16 * 1024;
/// The same of a text that was put in another form, which makes lines longer.
const MAX_CHANGED_COLUMNS: u32 = 64 * 1024;
/// Deepest nesting of brackets of any kind.
const MAX_NESTING: usize = 24;
/// Most unary minus signs in a row.
const MAX_UNARY: usize = 8;
/// Most operators and accessors in one expression.
const MAX_OPERATORS: usize = 400;
/// Most parse attempts, estimated: the first element of every bracket is parsed twice or more.
const MAX_ATTEMPTS: u64 = 4_000_000;

/// A violation: line and column from 1, and what is wrong.
pub(super) struct Violation {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) message: String,
}

/// Check a module's text.
pub(super) fn check(text: &str) -> Result<(), Violation> {
    bounded(text, MAX_COLUMNS)
}

/// Check a text that was put in another form.
pub(super) fn check_changed(text: &str) -> Result<(), Violation> {
    bounded(text, MAX_CHANGED_COLUMNS)
}

/// What the parser is told of these bounds.
pub(super) fn lengths() -> PolicyLengthConfig {
    let columns = NonZeroU32::new(MAX_CHANGED_COLUMNS + 1);
    let default = PolicyLengthConfig::default();
    PolicyLengthConfig { max_col: columns.unwrap_or(default.max_col), ..default }
}

fn bounded(text: &str, columns: u32) -> Result<(), Violation> {
    if text.len() > MAX_BYTES {
        return Err(Violation {
            line: 1,
            column: 1,
            message: format!("the module is larger than {MAX_BYTES} bytes; split it"),
        });
    }
    Scanner::new(text, columns).run()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Operand,
    Operator,
    Separator,
}

struct Level {
    /// How often the parser reads what stands here.
    attempts: u64,
    /// The same after the first element.
    settled: u64,
}

struct Scanner<'a> {
    characters: std::iter::Peekable<std::str::Chars<'a>>,
    line: u32,
    column: u32,
    columns: u32,
    long_line: Option<u32>,
    levels: Vec<Level>,
    attempts: u64,
    operators: usize,
    unary: usize,
    last: Last,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, columns: u32) -> Self {
        Self {
            characters: text.chars().peekable(),
            line: 1,
            column: 0,
            columns,
            long_line: None,
            levels: Vec::new(),
            attempts: 0,
            operators: 0,
            unary: 0,
            last: Last::Separator,
        }
    }

    fn run(mut self) -> Result<(), Violation> {
        while let Some(character) = self.next() {
            match character {
                '#' => self.skip_line(),
                '"' => self.skip_string(),
                '`' => self.skip_raw(),
                '[' | '{' | '(' => self.open(character)?,
                ']' | '}' | ')' => self.close(character),
                ',' | ';' => self.separate(),
                '-' | '+' | '*' | '/' | '%' | '&' | '|' | '=' | '<' | '>' | '!' | ':' | '.' => {
                    self.operator(character)?;
                }
                _ if character.is_whitespace() => {}
                _ => self.word(),
            }
            if let Some(line) = self.long_line {
                let message =
                    format!("the line is longer than {} characters; break it up", self.columns);
                return Err(Violation { line, column: 1, message });
            }
            if self.attempts > MAX_ATTEMPTS {
                return self.fail(
                    "brackets are nested so deep that parsing would not end; name the inner values"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<char> {
        let character = self.characters.next()?;
        if character == '\n' {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
            if self.column > self.columns {
                self.long_line.get_or_insert(self.line);
            }
        }
        Some(character)
    }

    fn fail(&self, message: String) -> Result<(), Violation> {
        Err(Violation { line: self.line, column: self.column.max(1), message })
    }

    fn weight(&self) -> u64 {
        self.levels.last().map_or(1, |level| level.attempts)
    }

    fn charge(&mut self) {
        self.attempts = self.attempts.saturating_add(self.weight());
    }

    fn skip_line(&mut self) {
        while self.characters.peek().is_some_and(|character| *character != '\n') {
            self.next();
        }
    }

    fn skip_string(&mut self) {
        self.operand();
        while let Some(character) = self.next() {
            match character {
                '\\' => {
                    self.next();
                }
                '"' | '\n' => break,
                _ => {}
            }
        }
    }

    fn skip_raw(&mut self) {
        self.operand();
        while self.next().is_some_and(|character| character != '`') {}
    }

    fn word(&mut self) {
        self.operand();
        while self.characters.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_') {
            self.next();
        }
    }

    fn operand(&mut self) {
        self.charge();
        self.unary = 0;
        // Two operands side by side: a new statement.
        if self.last == Last::Operand {
            self.operators = 0;
        }
        self.last = Last::Operand;
    }

    fn separate(&mut self) {
        self.operators = 0;
        self.unary = 0;
        self.last = Last::Separator;
        if let Some(level) = self.levels.last_mut() {
            level.attempts = level.settled;
        }
    }

    fn operator(&mut self, character: char) -> Result<(), Violation> {
        self.charge();
        self.operators += 1;
        self.unary = if character == '-' { self.unary + 1 } else { 0 };
        self.last = Last::Operator;
        if self.unary > MAX_UNARY {
            return self.fail(format!("more than {MAX_UNARY} minus signs in a row"));
        }
        if self.operators > MAX_OPERATORS {
            return self.fail(format!(
                "more than {MAX_OPERATORS} operators in one expression; name parts of it"
            ));
        }
        Ok(())
    }

    fn open(&mut self, character: char) -> Result<(), Violation> {
        self.charge();
        self.operators += 1;
        let settled = self.weight();
        let factor = if character == '(' { 1 } else { 2 };
        self.levels.push(Level { attempts: settled.saturating_mul(factor), settled });
        if self.operators > MAX_OPERATORS {
            return self.fail(format!(
                "more than {MAX_OPERATORS} operators in one expression; name parts of it"
            ));
        }
        if self.levels.len() > MAX_NESTING {
            return self.fail(format!("brackets are nested deeper than {MAX_NESTING}"));
        }
        self.last = Last::Separator;
        Ok(())
    }

    fn close(&mut self, character: char) {
        self.levels.pop();
        self.unary = 0;
        if character == '}' {
            self.operators = 0;
        }
        self.last = Last::Operand;
    }
}
