//! A tolerant reader of Rust source: enough to see paths, calls and macros, nothing more.
//!
//! Comments and the contents of strings are blanked first, then items compiled only for tests.
//! What it cannot read it skips; what it reports is there.

/// Words, `::` and single punctuation characters, each with its line (from 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// A path as written, `use` trees flattened: `use a::{b, c as d}` gives `a::b` and `a::c`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrittenPath {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

impl WrittenPath {
    /// The path in Rust's notation.
    pub(crate) fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// The same text with comments and the contents of strings and character literals as spaces.
/// Line ends stay, so line numbers stay.
pub(crate) fn without_comments_and_strings(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let blank = |out: &mut Vec<char>, c: char| out.push(if c == '\n' { '\n' } else { ' ' });
    let mut i = 0;
    while i < chars.len() {
        let c = at(i);
        let word_before = i > 0 && is_word(at(i - 1));
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                out.push(' ');
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 0usize;
            while i < chars.len() {
                let (opens, closes) = (
                    at(i) == '/' && at(i + 1) == '*',
                    at(i) == '*' && at(i + 1) == '/',
                );
                if opens || closes {
                    depth = if opens { depth + 1 } else { depth - 1 };
                    out.extend([' ', ' ']);
                    i += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    blank(&mut out, at(i));
                    i += 1;
                }
            }
        } else if let Some(hashes) = raw_string(&chars, i).filter(|_| !word_before) {
            while at(i) != '"' {
                out.push(' ');
                i += 1;
            }
            out.push('"');
            i += 1;
            while i < chars.len() {
                let ends = at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#');
                if ends {
                    out.push('"');
                    out.extend(std::iter::repeat_n(' ', hashes));
                    i += 1 + hashes;
                    break;
                }
                blank(&mut out, at(i));
                i += 1;
            }
        } else if c == '"' {
            out.push('"');
            i += 1;
            while i < chars.len() && at(i) != '"' {
                if at(i) == '\\' {
                    out.push(' ');
                    i += 1;
                }
                blank(&mut out, at(i));
                i += 1;
            }
            out.push('"');
            i += 1;
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            out.push('\'');
            i += 1;
            while i < chars.len() && at(i) != '\'' {
                if at(i) == '\\' {
                    out.push(' ');
                    i += 1;
                }
                blank(&mut out, at(i));
                i += 1;
            }
            out.push('\'');
            i += 1;
        } else {
            out.push(c);
            i += 1;
        }
    }
    out.into_iter().collect()
}

/// The number of `#` when a raw string (`r"`, `r#"`, `br#"`, `cr"`) starts here.
fn raw_string(chars: &[char], start: usize) -> Option<usize> {
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut i = start;
    if matches!(at(i), 'b' | 'c') {
        i += 1;
    }
    if at(i) != 'r' {
        return None;
    }
    i += 1;
    let hashes = (i..).take_while(|&n| at(n) == '#').count();
    (at(i + hashes) == '"').then_some(hashes)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The tokens of blanked text.
pub(crate) fn tokens(blanked: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (number, line) in blanked.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (text, after) = rest.split_at(length);
            found.push(Token {
                text: text.to_owned(),
                line: number + 1,
            });
            rest = after.trim_start();
        }
    }
    found
}

/// What remains for the rules: the tokens outside test-only items, and where the modules declared
/// test-only are.
pub(crate) struct Code {
    pub(crate) tokens: Vec<Token>,
    /// `#[cfg(test)] mod tests;`: the names.
    pub(crate) test_modules: Vec<String>,
    /// `#[cfg(test)] #[path = "x_tests.rs"] mod tests;`: the files, beside the one that says so.
    pub(crate) test_files: Vec<String>,
}

/// Reads a source file.
pub(crate) fn code(source: &str) -> Code {
    let all = tokens(&without_comments_and_strings(source));
    let text = |i: usize| all.get(i).map_or("", |token| token.text.as_str());
    let mut kept = Vec::new();
    let mut test_modules = Vec::new();
    let mut test_files = Vec::new();
    let mut i = 0;
    while i < all.len() {
        let cfg_test = ["#", "[", "cfg", "(", "test", ")", "]"];
        if !cfg_test
            .iter()
            .enumerate()
            .all(|(n, word)| text(i + n) == *word)
        {
            kept.extend(all.get(i).cloned());
            i += 1;
            continue;
        }
        i += cfg_test.len();
        let mut file = None;
        while text(i) == "#" {
            if text(i + 2) == "path" {
                let line = all.get(i).map_or(0, |token| token.line);
                let written = source.lines().nth(line.saturating_sub(1));
                file = written.and_then(|text| text.split('"').nth(1));
            }
            i = after_group(&all, i + 1);
        }
        // The item ends at its first `;` or at the end of its first `{ … }`.
        let mut words = Vec::new();
        while i < all.len() && !matches!(text(i), ";" | "{") {
            words.push(text(i).to_owned());
            i = if matches!(text(i), "(" | "[") {
                after_group(&all, i)
            } else {
                i + 1
            };
        }
        if text(i) == "{" {
            i = after_group(&all, i);
        } else {
            i += 1;
            if let Some(place) = words.iter().position(|word| word == "mod") {
                match file {
                    Some(file) => test_files.push(file.to_owned()),
                    None => test_modules.extend(words.get(place + 1).cloned()),
                }
            }
        }
    }
    Code {
        tokens: kept,
        test_modules,
        test_files,
    }
}

/// The place after the bracketed group that opens at `start`.
fn after_group(all: &[Token], start: usize) -> usize {
    let mut depth = 0usize;
    for (i, token) in all.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i + 1;
                }
            }
            _ => {}
        }
    }
    all.len()
}

/// Every path of two segments or more, and every path of a `use` item.
pub(crate) fn paths(tokens: &[Token]) -> Vec<WrittenPath> {
    let mut found = Vec::new();
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        if token.text == "use" && !follows_generic_bound(tokens, i) {
            i = use_tree(tokens, i + 1, &[], &mut found);
            continue;
        }
        if !token.text.starts_with(is_word) {
            i += 1;
            continue;
        }
        let mut segments = vec![token.text.clone()];
        let mut end = i + 1;
        while let (Some(colons), Some(next)) = (tokens.get(end), tokens.get(end + 1)) {
            if colons.text != "::" || !next.text.starts_with(is_word) {
                break;
            }
            segments.push(next.text.clone());
            end += 2;
        }
        if segments.len() > 1 {
            found.push(WrittenPath {
                segments,
                line: token.line,
            });
        }
        i = end;
    }
    found
}

/// `impl Trait + use<'a>` is no import.
fn follows_generic_bound(tokens: &[Token], i: usize) -> bool {
    tokens.get(i + 1).is_some_and(|next| next.text == "<")
}

fn use_tree(
    tokens: &[Token],
    start: usize,
    prefix: &[String],
    found: &mut Vec<WrittenPath>,
) -> usize {
    let mut segments = prefix.to_vec();
    let mut i = start;
    let mut line = tokens.get(start).map_or(0, |token| token.line);
    let mut grouped = false;
    while let Some(token) = tokens.get(i) {
        match token.text.as_str() {
            "::" => i += 1,
            "{" => {
                grouped = true;
                i += 1;
                while tokens.get(i).is_some_and(|next| next.text != "}") {
                    i = use_tree(tokens, i, &segments, found);
                    if tokens.get(i).is_some_and(|next| next.text == ",") {
                        i += 1;
                    }
                }
                i += 1;
            }
            "as" => i += 2,
            "," | "}" | ";" => break,
            word => {
                line = token.line;
                segments.push(word.to_owned());
                i += 1;
            }
        }
    }
    if !grouped && segments.len() > prefix.len() {
        found.push(WrittenPath { segments, line });
    }
    i
}

/// The lines on which a macro of this name is called.
pub(crate) fn macro_calls(tokens: &[Token], name: &str) -> Vec<usize> {
    pairs(tokens)
        .filter(|(first, second)| first.text == name && second.text == "!")
        .map(|(first, _)| first.line)
        .collect()
}

/// The lines on which a method of this name is called.
pub(crate) fn method_calls(tokens: &[Token], name: &str) -> Vec<usize> {
    pairs(tokens)
        .filter(|(first, second)| first.text == "." && second.text == name)
        .map(|(first, _)| first.line)
        .collect()
}

fn pairs(tokens: &[Token]) -> impl Iterator<Item = (&Token, &Token)> {
    tokens.iter().zip(tokens.iter().skip(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        paths(&code(source).tokens)
            .iter()
            .map(WrittenPath::text)
            .collect()
    }

    #[test]
    fn comments_strings_and_characters_are_not_code() {
        let source = r##"
            // use diesel::a;
            /* use diesel::b; /* nested */ use diesel::c; */
            let text = "use diesel::d; \" use diesel::e;";
            let raw = r#"use diesel::f; " use diesel::g;"#;
            let quote = '"'; let tick = '\''; let life: &'static str = "x";
            real::path();
        "##;
        assert_eq!(texts(source), ["real::path"]);
    }

    #[test]
    fn use_trees_are_flattened_with_their_lines() {
        let source = "use a::{self, b::{c, d as e}, f::*};\nuse ::g::h;\npub(crate) use i;\n";
        let found = paths(&code(source).tokens);
        let seen: Vec<(String, usize)> = found.iter().map(|p| (p.text(), p.line)).collect();
        let expected = [
            ("a::self", 1),
            ("a::b::c", 1),
            ("a::b::d", 1),
            ("a::f::*", 1),
            ("g::h", 2),
            ("i", 3),
        ];
        assert_eq!(
            seen,
            expected
                .map(|(text, line)| (text.to_owned(), line))
                .to_vec()
        );
    }

    #[test]
    fn items_for_tests_alone_are_left_out() {
        let source = "
            #[cfg(test)] mod tests { use diesel::a; fn f() { b::c(); } }
            #[cfg(test)] #[expect(x, reason = \"y\")] mod more;
            #[cfg(test)] fn helper(x: [u8; 3]) -> d::E { f::g() }
            #[cfg(test)]
            #[path = \"other_tests.rs\"]
            mod other;
            h::i();
        ";
        assert_eq!(texts(source), ["h::i"]);
        assert_eq!(code(source).test_modules, ["more"]);
        assert_eq!(code(source).test_files, ["other_tests.rs"]);
    }

    #[test]
    fn paths_in_attributes_and_macros_are_seen() {
        assert_eq!(
            texts("#[derive(utoipa::ToSchema)] struct A; diesel::insert_into!(x);"),
            ["utoipa::ToSchema", "diesel::insert_into"]
        );
    }

    #[test]
    fn macros_and_methods_are_found_by_line() {
        let tokens = code("a();\nprintln!(\"x\");\nb.ok();\nok();\n").tokens;
        assert_eq!(macro_calls(&tokens, "println"), [2]);
        assert_eq!(method_calls(&tokens, "ok"), [3]);
    }
}
