//! Brackets: every way to read a sequence of parts joined by both และ and หรือ.

use super::party::Join;
use crate::signing_rule::rule::{Rule, RuleKind, Span};

/// Sequences longer than this are not bracketed.
const MAX_MIXED: usize = 7;
/// The most different readings of one sequence.
const MAX_TREES: usize = 48;

/// Every way to put brackets into a sequence of parts; `None` when there are too many.
pub(super) fn bracketings(parts: &[Rule], joins: &[Join]) -> Option<Vec<Rule>> {
    let first = joins.first().copied();
    if joins.iter().all(|join| Some(*join) == first) {
        let parts = parts.to_vec();
        let rule = match first {
            Some(Join::Or) => Rule::any_of(flat(parts, true)),
            _ => Rule::all_of(flat(parts, false)),
        };
        return rule.ok().map(|rule| vec![spanning(rule)]);
    }
    if parts.len() > MAX_MIXED {
        return None;
    }
    let trees = trees(parts, joins);
    (trees.len() <= MAX_TREES).then_some(trees)
}

fn trees(parts: &[Rule], joins: &[Join]) -> Vec<Rule> {
    if let [only] = parts {
        return vec![only.clone()];
    }
    let mut found: Vec<Rule> = Vec::new();
    for (split, join) in joins.iter().enumerate() {
        let (Some(left), Some(right)) = (parts.get(..=split), parts.get(split + 1..)) else {
            continue;
        };
        let (Some(before), Some(after)) = (joins.get(..split), joins.get(split + 1..)) else {
            continue;
        };
        for left in trees(left, before) {
            for right in trees(right, after) {
                let pair = vec![left.clone(), right.clone()];
                let rule = match join {
                    Join::Or => Rule::any_of(flat(pair, true)),
                    Join::And | Join::Beside => Rule::all_of(flat(pair, false)),
                };
                if let Ok(rule) = rule.map(spanning)
                    && !found.contains(&rule)
                {
                    found.push(rule);
                }
            }
        }
    }
    found
}

/// The rule, pointing at the words of all its parts.
fn spanning(rule: Rule) -> Rule {
    let spans: Vec<Span> = rule.parts().iter().filter_map(|part| part.span).collect();
    match spans.split_first() {
        Some((first, rest)) if rule.span.is_none() && spans.len() == rule.parts().len() => {
            let span = rest.iter().fold(*first, |all, span| all.cover(*span));
            rule.at(span)
        }
        _ => rule,
    }
}

/// Parts of the same connector side by side: any_of[any_of[a, b], c] is any_of[a, b, c].
pub(super) fn flat(parts: Vec<Rule>, or: bool) -> Vec<Rule> {
    parts
        .into_iter()
        .flat_map(|part| match &part.kind {
            RuleKind::AnyOf(inner) if or => inner.as_slice().to_vec(),
            RuleKind::AllOf(inner) if !or => inner.as_slice().to_vec(),
            _ => vec![part],
        })
        .collect()
}
