//! What is left of a scope when exceptions are taken away from it.

use crate::signing_rule::clause::{AmountRange, Scope, ScopedAct};

/// The most pieces a scope may be cut into.
const MAX_PIECES: usize = 16;

/// What one exception takes away: these acts (all when empty), in this range of amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Withdrawal {
    pub(super) acts: Vec<ScopedAct>,
    pub(super) amounts: AmountRange,
}

/// The scope without the exceptions, in pieces that do not overlap. `None` when the pieces cannot be written
/// as scopes: amounts of different units, or too many of them.
pub(super) fn left_over(scope: &Scope, exceptions: &[Withdrawal]) -> Option<Vec<Scope>> {
    let mut pieces = vec![scope.clone()];
    for exception in exceptions {
        let mut next = Vec::new();
        for piece in &pieces {
            next.extend(cut(piece, exception)?);
        }
        if next.len() > MAX_PIECES {
            return None;
        }
        pieces = next;
    }
    Some(pieces)
}

fn cut(piece: &Scope, exception: &Withdrawal) -> Option<Vec<Scope>> {
    let mut pieces = Vec::new();
    if exception.acts.is_empty() {
        for amounts in outside(exception.amounts)? {
            pieces.extend(within(piece, amounts)?);
        }
        return Some(pieces);
    }
    // Other acts keep every amount.
    if let Some(rest) = without_acts(piece, &exception.acts) {
        pieces.push(rest);
    }
    // The acts of the exception keep the amounts it does not speak of.
    if !exception.amounts.is_any()
        && let Some(same) = only_acts(piece, &exception.acts)
    {
        for amounts in outside(exception.amounts)? {
            pieces.extend(within(&same, amounts)?);
        }
    }
    Some(pieces)
}

/// Amounts outside a range: none, one or two ranges.
fn outside(range: AmountRange) -> Option<Vec<AmountRange>> {
    let mut found = Vec::new();
    if let Some(min) = range.min() {
        found.push(AmountRange::new(None, Some(min.one_satang_less()?), range.per()).ok()?);
    }
    if let Some(max) = range.max() {
        found.push(AmountRange::new(Some(max.one_satang_more()?), None, range.per()).ok()?);
    }
    Some(found)
}

/// The piece in these amounts; nothing when they do not meet, `None` when their units differ.
fn within(piece: &Scope, amounts: AmountRange) -> Option<Option<Scope>> {
    let own = piece.amounts;
    if !own.is_any() && own.per() != amounts.per() {
        return None;
    }
    Some(own.intersection(amounts).map(|amounts| Scope {
        amounts,
        ..piece.clone()
    }))
}

fn without_acts(piece: &Scope, acts: &[ScopedAct]) -> Option<Scope> {
    let mut left = piece.clone();
    if let Some(only) = &mut left.acts
        && only.iter().all(|act| matches!(act, ScopedAct::Known(_)))
        && acts.iter().all(|act| matches!(act, ScopedAct::Known(_)))
    {
        only.retain(|act| !acts.contains(act));
        return (!only.is_empty()).then_some(left);
    }
    let except = left.except_acts.get_or_insert_with(Vec::new);
    for act in acts {
        if !except.contains(act) {
            except.push(act.clone());
        }
    }
    Some(left)
}

/// The piece for these acts only; nothing where it does not reach them.
fn only_acts(piece: &Scope, acts: &[ScopedAct]) -> Option<Scope> {
    let mut same = piece.clone();
    let out = |act: &ScopedAct| {
        piece
            .except_acts
            .as_ref()
            .is_some_and(|except| except.contains(act))
    };
    match &mut same.acts {
        Some(only) => {
            let narrowed: Vec<ScopedAct> = only
                .iter()
                .filter(|act| acts.contains(act))
                .cloned()
                .collect();
            if narrowed.is_empty() {
                return None;
            }
            *only = narrowed;
        }
        none => {
            let narrowed: Vec<ScopedAct> = acts.iter().filter(|act| !out(act)).cloned().collect();
            if narrowed.is_empty() {
                return None;
            }
            *none = Some(narrowed);
        }
    }
    Some(same)
}
