//! Texts within a file, as `<<NAME` announces them: which words of a line do, as a shell would split it.

/// A text that follows an instruction.
pub(super) struct Document {
    /// The line that ends it.
    pub(super) name: String,
    /// Whether tabs before lines do not count.
    pub(super) chomp: bool,
}

/// The texts that a line announces.
pub(super) fn of_line(line: &str) -> Result<Vec<Document>, String> {
    let words = Lexer::new(line, true, true).words().unwrap_or_default();
    let mut found = Vec::new();
    for word in words {
        found.extend(of_word(&word)?);
    }
    Ok(found)
}

/// `<<NAME`, `<<-NAME`, `3<<NAME`.
pub(super) fn of_word(word: &str) -> Result<Option<Document>, String> {
    let Some(rest) = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")
    else {
        return Ok(None);
    };
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let words = Lexer::new(rest, false, false).words()?;
    let [name] = words.as_slice() else { return Ok(None) };
    if Lexer::new(rest, true, false).words()?.len() != 1 {
        return Err(format!("{rest} is no name of a text"));
    }
    Ok(Some(Document { name: name.clone(), chomp }))
}

/// Splits a line where no variable has a value.
struct Lexer {
    letters: Vec<char>,
    at: usize,
    /// Whether quotes stay.
    quotes: bool,
    /// Whether escapes stay.
    escapes: bool,
    /// The word that is open; what is read within `${…}` begins it anew.
    word: String,
}

type Lexed<T> = Result<T, String>;

impl Lexer {
    fn new(text: &str, quotes: bool, escapes: bool) -> Self {
        Self { letters: text.chars().collect(), at: 0, quotes, escapes, word: String::new() }
    }

    fn words(mut self) -> Lexed<Vec<String>> {
        let escapes = self.escapes;
        Ok(self.until(None, escapes)?.1)
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += 1;
        next
    }

    /// The text and the words up to a letter, or to the end.
    fn until(&mut self, stop: Option<char>, escapes: bool) -> Lexed<(String, Vec<String>)> {
        let before = std::mem::replace(&mut self.escapes, escapes);
        self.word.clear();
        let (mut text, mut words, mut inside) = (String::new(), Vec::new(), false);
        while let Some(letter) = self.peek() {
            if Some(letter) == stop {
                self.at += 1;
                self.escapes = before;
                self.close(&mut words);
                return Ok((text, words));
            }
            let (part, raw) = match letter {
                '$' => (self.variable()?, false),
                '<' => (self.arrows(), true),
                '\'' => (self.single()?, true),
                '"' => (self.double()?, true),
                '\\' => {
                    self.at += 1;
                    let mut part = String::new();
                    if self.escapes {
                        part.push(letter);
                    }
                    part.extend(self.next());
                    (part, true)
                }
                _ => {
                    self.at += 1;
                    (letter.to_string(), false)
                }
            };
            text.push_str(&part);
            if raw {
                self.word.push_str(&part);
                inside = true;
                continue;
            }
            for letter in part.chars() {
                if !letter.is_whitespace() {
                    self.word.push(letter);
                    inside = true;
                } else if inside && !self.word.is_empty() {
                    words.push(std::mem::take(&mut self.word));
                    inside = false;
                }
            }
        }
        self.escapes = before;
        if let Some(stop) = stop {
            return Err(format!("a {stop} is missing"));
        }
        self.close(&mut words);
        Ok((text, words))
    }

    fn close(&mut self, words: &mut Vec<String>) {
        if !self.word.is_empty() {
            words.push(std::mem::take(&mut self.word));
        }
    }

    fn single(&mut self) -> Lexed<String> {
        self.at += 1;
        let mut made = String::new();
        loop {
            match self.next() {
                None => return Err("a quote is not closed".to_owned()),
                Some('\'') => break,
                Some(letter) => made.push(letter),
            }
        }
        Ok(if self.quotes { format!("'{made}'") } else { made })
    }

    fn double(&mut self) -> Lexed<String> {
        self.at += 1;
        let mut made = String::new();
        loop {
            match self.peek() {
                None => return Err("a quote is not closed".to_owned()),
                Some('"') => {
                    self.at += 1;
                    break;
                }
                Some('$') => made.push_str(&self.variable()?),
                Some(mut letter) => {
                    self.at += 1;
                    if letter == '\\' {
                        if self.escapes {
                            made.push(letter);
                        }
                        match self.peek() {
                            None => continue,
                            Some(next @ ('"' | '$' | '\\')) => {
                                self.at += 1;
                                letter = next;
                            }
                            Some(_) => {}
                        }
                    }
                    made.push(letter);
                }
            }
        }
        Ok(if self.quotes { format!("\"{made}\"") } else { made })
    }

    /// `<`, or `<<` with the blanks after it.
    fn arrows(&mut self) -> String {
        self.at += 1;
        let mut made = "<".to_owned();
        if self.peek() == Some('<') {
            self.at += 1;
            made.push('<');
            while let Some(blank @ ('\t' | '\r' | ' ')) = self.peek() {
                self.at += 1;
                made.push(blank);
            }
        }
        made
    }

    /// A variable stays as it is written.
    fn variable(&mut self) -> Lexed<String> {
        self.at += 1;
        if self.peek() != Some('{') {
            return Ok(format!("${}", self.name()));
        }
        self.at += 1;
        if matches!(self.peek(), None | Some('{' | '}' | ':')) {
            return Err("a variable has no name".to_owned());
        }
        let name = self.name();
        let mut sign = self.next().map(String::from).unwrap_or_default();
        match sign.as_str() {
            "}" => Ok(format!("${{{name}}}")),
            ":" | "+" | "-" | "?" | "#" | "%" => {
                let last = if sign == ":" { self.next() } else { sign.chars().next() };
                if sign == ":" {
                    sign.extend(last);
                }
                let escapes = matches!(last, Some('#' | '%'));
                if escapes && sign.len() > 1 {
                    return Err(format!("there is no {sign} of a variable"));
                }
                let word = self.until(Some('}'), escapes)?.0;
                Ok(format!("${{{name}{sign}{word}}}"))
            }
            "/" => {
                if self.peek() == Some('/') {
                    self.at += 1;
                }
                let pattern = self.until(Some('/'), true)?.0;
                let with = self.until(Some('}'), true)?.0;
                Ok(format!("${{{name}/{pattern}/{with}}}"))
            }
            sign => Err(format!("there is no {sign} of a variable")),
        }
    }

    fn name(&mut self) -> String {
        let mut made = String::new();
        match self.peek() {
            Some(letter) if letter.is_numeric() => {
                while let Some(letter) = self.peek().filter(|letter| letter.is_numeric()) {
                    self.at += 1;
                    made.push(letter);
                }
                return made;
            }
            Some(letter @ ('@' | '*' | '#' | '?' | '-' | '$' | '!')) => {
                self.at += 1;
                return letter.to_string();
            }
            _ => {}
        }
        while let Some(letter) = self.peek().filter(|c| c.is_alphanumeric() || *c == '_') {
            self.at += 1;
            made.push(letter);
        }
        made
    }
}
