//! Templates: Markdown that is parsed before any value is put in.
//!
//! A value becomes a text node after parsing, so that no name and no objective can turn into markup.
//!
//! The language: `{name}` stands for a value; a block with a value that is absent disappears (and a list closes up);
//! a paragraph that is nothing but `{name}` with a list value becomes a numbered list; `{?flag}` at the start of a block
//! keeps the block only when the flag is set, `{!flag}` only when it is not.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Fixed words.
    Text {
        /// The words.
        text: String,
        /// Bold.
        strong: bool,
    },
    /// A value by name.
    Value {
        /// Its name.
        name: String,
        /// Bold.
        strong: bool,
    },
}

/// A block of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateBlock {
    /// A heading of a level.
    Heading(u8, Vec<Inline>),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list whose items hold blocks; `ordered` lists are numbered from 1.
    List {
        /// Numbered or not.
        ordered: bool,
        /// The items.
        items: Vec<Vec<TemplateBlock>>,
    },
    /// A line across the page.
    Rule,
}

/// A template with a condition in front of each block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    blocks: Vec<TemplateBlock>,
}

/// What a name stands for in one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Words.
    Text(String),
    /// One line each, numbered where the template asks for a list.
    Lines(Vec<String>),
    /// A condition for `{?flag}` and `{!flag}`.
    Flag(bool),
    /// Not known or not applicable: the block that needs it disappears.
    Absent,
}

/// The values of one document by name.
pub type Values = BTreeMap<&'static str, Value>;

/// A block with its values put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// A heading of a level.
    Heading(u8, Vec<(String, bool)>),
    /// A paragraph: words and whether they are bold.
    Paragraph(Vec<(String, bool)>),
    /// A list of blocks.
    List {
        /// Numbered or not.
        ordered: bool,
        /// The items.
        items: Vec<Vec<Filled>>,
    },
    /// Names and the like, one numbered line each.
    Lines(Vec<String>),
    /// A line across the page.
    Rule,
}

/// Why a template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Markdown that this language does not have (links, HTML, tables, code).
    #[error("the template uses {0}, which documents do not have")]
    Unsupported(String),
    /// `{` without `}` or an empty name.
    #[error("a place for a value is not closed: {0}")]
    OpenPlace(String),
    /// The template names a value that the content does not give.
    #[error("the template asks for {0:?}, which the content does not give")]
    UnknownValue(String),
    /// A value stands where its kind makes no sense.
    #[error("the value {0:?} cannot stand there")]
    WrongKind(String),
}

impl Template {
    /// Parse the Markdown once.
    pub fn parse(markdown: &str) -> Result<Self, TemplateError> {
        let mut builder = Builder::default();
        for event in Parser::new_ext(markdown, Options::empty()) {
            builder.take(event)?;
        }
        Ok(Self {
            blocks: builder.finish(),
        })
    }

    /// Every name the template mentions, flags included.
    pub fn names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        collect(&self.blocks, &mut names);
        names
    }

    /// Put the values in.
    pub fn fill(&self, values: &Values) -> Result<Vec<Filled>, TemplateError> {
        fill_blocks(&self.blocks, values)
    }
}

fn collect(blocks: &[TemplateBlock], names: &mut BTreeSet<String>) {
    for block in blocks {
        match block {
            TemplateBlock::Heading(_, inlines) | TemplateBlock::Paragraph(inlines) => {
                for inline in inlines {
                    if let Inline::Value { name, .. } = inline {
                        names.insert(name.trim_start_matches(['?', '!']).to_owned());
                    }
                }
            }
            TemplateBlock::List { items, .. } => items.iter().for_each(|item| collect(item, names)),
            TemplateBlock::Rule => {}
        }
    }
}

#[derive(Default)]
struct Builder {
    /// Open containers: the document itself, then lists and their items.
    stack: Vec<Open>,
    done: Vec<TemplateBlock>,
    inlines: Vec<Inline>,
    strong: bool,
}

enum Open {
    List {
        ordered: bool,
        items: Vec<Vec<TemplateBlock>>,
    },
    Item(Vec<TemplateBlock>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), TemplateError> {
        match event {
            Event::Start(Tag::Paragraph | Tag::Heading { .. }) => self.inlines.clear(),
            Event::End(TagEnd::Paragraph) => {
                let inlines = std::mem::take(&mut self.inlines);
                self.push(TemplateBlock::Paragraph(inlines));
            }
            Event::End(TagEnd::Heading(level)) => {
                let inlines = std::mem::take(&mut self.inlines);
                self.push(TemplateBlock::Heading(level as u8, inlines));
            }
            Event::Start(Tag::List(start)) => {
                self.flush_tight();
                self.stack.push(Open::List {
                    ordered: start.is_some(),
                    items: Vec::new(),
                });
            }
            Event::End(TagEnd::List(_)) => {
                if let Some(Open::List { ordered, items }) = self.stack.pop() {
                    self.push(TemplateBlock::List { ordered, items });
                }
            }
            Event::Start(Tag::Item) => self.stack.push(Open::Item(Vec::new())),
            Event::End(TagEnd::Item) => {
                self.flush_tight();
                if let Some(Open::Item(blocks)) = self.stack.pop()
                    && let Some(Open::List { items, .. }) = self.stack.last_mut()
                {
                    items.push(blocks);
                }
            }
            Event::Start(Tag::Strong) => self.strong = true,
            Event::End(TagEnd::Strong) => self.strong = false,
            Event::Text(text) => self.text(&text)?,
            // Thai has no space at a line end of the source; a space in the source says so itself.
            Event::SoftBreak => self.words(" "),
            Event::HardBreak => self.words("\n"),
            Event::Rule => self.push(TemplateBlock::Rule),
            other => return Err(TemplateError::Unsupported(format!("{other:?}"))),
        }
        Ok(())
    }

    /// Items of a tight list have no paragraph of their own.
    fn flush_tight(&mut self) {
        if !self.inlines.is_empty() {
            let inlines = std::mem::take(&mut self.inlines);
            self.push(TemplateBlock::Paragraph(inlines));
        }
    }

    fn push(&mut self, block: TemplateBlock) {
        match self.stack.last_mut() {
            Some(Open::Item(blocks)) => blocks.push(block),
            _ => self.done.push(block),
        }
    }

    fn words(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        if let Some(Inline::Text { text, strong }) = self.inlines.last_mut()
            && *strong == self.strong
        {
            text.push_str(words);
            return;
        }
        self.inlines.push(Inline::Text {
            text: words.to_owned(),
            strong: self.strong,
        });
    }

    fn text(&mut self, text: &str) -> Result<(), TemplateError> {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            self.words(before);
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| TemplateError::OpenPlace(text.to_owned()))?;
            if name.trim_start_matches(['?', '!']).is_empty() {
                return Err(TemplateError::OpenPlace(text.to_owned()));
            }
            self.inlines.push(Inline::Value {
                name: name.to_owned(),
                strong: self.strong,
            });
            rest = after;
        }
        self.words(rest);
        Ok(())
    }

    fn finish(self) -> Vec<TemplateBlock> {
        self.done
    }
}

fn fill_blocks(blocks: &[TemplateBlock], values: &Values) -> Result<Vec<Filled>, TemplateError> {
    let mut filled = Vec::new();
    for block in blocks {
        match block {
            TemplateBlock::Rule => filled.push(Filled::Rule),
            TemplateBlock::Heading(level, inlines) => {
                if let Some(spans) = fill_inlines(inlines, values)? {
                    filled.push(Filled::Heading(*level, spans));
                }
            }
            TemplateBlock::Paragraph(inlines) => {
                if let [Inline::Value { name, .. }] = inlines.as_slice()
                    && let Some(Value::Lines(lines)) = values.get(name.as_str())
                {
                    if !lines.is_empty() {
                        filled.push(Filled::Lines(lines.clone()));
                    }
                    continue;
                }
                if let Some(spans) = fill_inlines(inlines, values)? {
                    filled.push(Filled::Paragraph(spans));
                }
            }
            TemplateBlock::List { ordered, items } => {
                let mut kept = Vec::new();
                for item in items {
                    // An item whose first block disappears is gone whole: what follows only explains it.
                    let first = fill_blocks(item.get(..1).unwrap_or_default(), values)?;
                    if first.is_empty() {
                        continue;
                    }
                    kept.push(fill_blocks(item, values)?);
                }
                if !kept.is_empty() {
                    filled.push(Filled::List {
                        ordered: *ordered,
                        items: kept,
                    });
                }
            }
        }
    }
    Ok(filled)
}

/// The words of a line; `None` when a condition or an absent value removes it.
fn fill_inlines(
    inlines: &[Inline],
    values: &Values,
) -> Result<Option<Vec<(String, bool)>>, TemplateError> {
    let mut spans: Vec<(String, bool)> = Vec::new();
    let mut at_start = true;
    for inline in inlines {
        let (words, strong) = match inline {
            Inline::Text { text, strong } if at_start => (text.trim_start().to_owned(), *strong),
            Inline::Text { text, strong } => (text.clone(), *strong),
            Inline::Value { name, strong } => {
                let bare = name.trim_start_matches(['?', '!']);
                let value = values
                    .get(bare)
                    .ok_or_else(|| TemplateError::UnknownValue(bare.to_owned()))?;
                match (name.chars().next(), value) {
                    (Some('?'), Value::Flag(true)) | (Some('!'), Value::Flag(false)) => continue,
                    (Some('?' | '!'), Value::Flag(_)) => return Ok(None),
                    (Some('?' | '!'), _) => return Err(TemplateError::WrongKind(name.clone())),
                    (_, Value::Absent) => return Ok(None),
                    (_, Value::Text(text)) => (text.clone(), *strong),
                    (_, Value::Lines(_) | Value::Flag(_)) => {
                        return Err(TemplateError::WrongKind(name.clone()));
                    }
                }
            }
        };
        if words.is_empty() {
            continue;
        }
        at_start = false;
        match spans.last_mut() {
            Some((text, last)) if *last == strong => text.push_str(&words),
            _ => spans.push((words, strong)),
        }
    }
    Ok(if spans.is_empty() { None } else { Some(spans) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&'static str, Value)]) -> Values {
        pairs.iter().cloned().collect()
    }

    #[test]
    fn a_value_with_markup_stays_text() {
        let template = Template::parse("ชื่อ **{name}** จบ").unwrap();
        let filled = template
            .fill(&values(&[(
                "name",
                Value::Text("# **x** [a](b) <b>".into()),
            )]))
            .unwrap();
        assert_eq!(
            filled,
            vec![Filled::Paragraph(vec![
                ("ชื่อ ".into(), false),
                ("# **x** [a](b) <b>".into(), true),
                (" จบ".into(), false)
            ])]
        );
    }

    #[test]
    fn a_list_closes_up_where_a_value_is_absent() {
        let template = Template::parse("1. ก {a}\n\n2. ข {b}\n\n   {lines}\n\n3. ค").unwrap();
        let lines = Value::Lines(vec!["หนึ่ง".into(), "สอง".into()]);
        let filled = template
            .fill(&values(&[
                ("a", Value::Absent),
                ("b", Value::Text("2".into())),
                ("lines", lines),
            ]))
            .unwrap();
        let [
            Filled::List {
                ordered: true,
                items,
            },
        ] = filled.as_slice()
        else {
            panic!("{filled:?}")
        };
        assert_eq!(items.len(), 2);
        assert_eq!(items[0][1], Filled::Lines(vec!["หนึ่ง".into(), "สอง".into()]));
    }

    #[test]
    fn conditions_keep_or_remove_a_block() {
        let template = Template::parse("{?yes} ใช่\n\n{!yes} ไม่").unwrap();
        let on = template
            .fill(&values(&[("yes", Value::Flag(true))]))
            .unwrap();
        assert_eq!(on, vec![Filled::Paragraph(vec![("ใช่".into(), false)])]);
        let off = template
            .fill(&values(&[("yes", Value::Flag(false))]))
            .unwrap();
        assert_eq!(off, vec![Filled::Paragraph(vec![("ไม่".into(), false)])]);
    }

    #[test]
    fn unknown_names_open_places_and_foreign_markup_are_refused() {
        let template = Template::parse("{name}").unwrap();
        assert_eq!(
            template.fill(&Values::new()),
            Err(TemplateError::UnknownValue("name".into()))
        );
        assert!(matches!(
            Template::parse("a {b"),
            Err(TemplateError::OpenPlace(_))
        ));
        assert!(matches!(
            Template::parse("[x](y)"),
            Err(TemplateError::Unsupported(_))
        ));
        assert!(matches!(
            Template::parse("<b>x</b>"),
            Err(TemplateError::Unsupported(_))
        ));
    }
}
