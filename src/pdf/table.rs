//! Tables and columns: flows of slabs side by side.

use super::block::{Borders, Columns, Table};
use super::error::PdfError;
use super::layout::{HAIRLINE, Ink, Item, Layout, Slab, positive};
use super::structure::{NodeId, Tag};

/// A table row taller than this may be divided between pages.
const ROW_KEPT_WHOLE: f32 = 220.0;

impl Layout<'_> {
    /// Rows one under the other, each divided only when it is tall.
    pub(super) fn table(
        &mut self,
        table: &Table,
        width: f32,
        parent: NodeId,
        depth: usize,
    ) -> Result<Vec<Slab>, PdfError> {
        let padding = positive(table.padding)?;
        let edges = edges(&table.columns, width, 0.0)?;
        let node = self.tree.add(parent, Tag::Table);
        let mut slabs: Vec<Slab> = Vec::new();
        for (row, index) in table.rows.iter().zip(0usize..) {
            if row.cells.len() > table.columns.len() {
                return Err(PdfError::TableShape);
            }
            let row_node = self.tree.add(node, Tag::Row);
            // Without lines the outer edges of the text stay on the margins.
            let side = match table.borders {
                Borders::Grid => padding.max(3.0),
                Borders::None | Borders::Horizontal => 0.0,
            };
            let mut cells = Vec::with_capacity(row.cells.len());
            for (cell, (left, right)) in row.cells.iter().zip(&edges) {
                let tag = if cell.header {
                    Tag::HeaderCell
                } else {
                    Tag::DataCell
                };
                let cell_node = self.tree.add(row_node, tag);
                let room = right - left - 2.0 * side - if side > 0.0 { 0.0 } else { 6.0 };
                let flow = self.flow(&cell.blocks, room, cell_node, depth + 1)?;
                cells.push((left + side, flow));
            }
            let mut parts = side_by_side(cells, padding);
            let all_headers = row.cells.iter().all(|cell| cell.header);
            if let (true, Some(last)) = (all_headers && table.columns.len() > 1, parts.last_mut()) {
                last.keep = true;
            }
            draw_borders(&mut parts, table.borders, &edges, width, index == 0);
            slabs.append(&mut parts);
        }
        Ok(slabs)
    }

    /// Blocks side by side.
    pub(super) fn columns(
        &mut self,
        columns: &Columns,
        width: f32,
        parent: NodeId,
        depth: usize,
    ) -> Result<Vec<Slab>, PdfError> {
        if columns.columns.len() > columns.widths.len() {
            return Err(PdfError::TableShape);
        }
        let edges = edges(&columns.widths, width, positive(columns.gap)?)?;
        let mut cells = Vec::with_capacity(columns.columns.len());
        for (blocks, (left, right)) in columns.columns.iter().zip(&edges) {
            if blocks.is_empty() {
                continue;
            }
            let node = self.tree.add(parent, Tag::Division);
            cells.push((*left, self.flow(blocks, right - left, node, depth + 1)?));
        }
        Ok(side_by_side(cells, 0.0))
    }
}

/// Left and right edge of each column.
fn edges(shares: &[f32], width: f32, gap: f32) -> Result<Vec<(f32, f32)>, PdfError> {
    let total: f32 = shares.iter().sum();
    if shares.is_empty() || !shares.iter().all(|s| s.is_finite() && *s > 0.0) || total <= 0.0 {
        return Err(PdfError::TableShape);
    }
    #[expect(clippy::cast_precision_loss, reason = "few columns")]
    let room = width - gap * (shares.len() - 1) as f32;
    let mut left = 0.0;
    Ok(shares
        .iter()
        .map(|share| {
            let right = left + room * share / total;
            let edge = (left, right);
            left = right + gap;
            edge
        })
        .collect())
}

/// Puts columns side by side: one slab, or several where a tall row may be divided.
fn side_by_side(cells: Vec<(f32, Vec<Slab>)>, padding: f32) -> Vec<Slab> {
    /// Slabs of a column with their upper and lower edge.
    struct Placed {
        top: f32,
        bottom: f32,
        x: f32,
        slab: Slab,
    }
    let mut placed = Vec::new();
    let mut height: f32 = 0.0;
    for (x, slabs) in cells {
        let mut y = padding;
        for (i, slab) in slabs.into_iter().enumerate() {
            if i > 0 {
                y += slab.before;
            }
            let top = y;
            y += slab.height;
            placed.push(Placed {
                top,
                bottom: y,
                x,
                slab,
            });
        }
        height = height.max(y + padding);
    }
    let mut cuts = vec![height];
    if height > ROW_KEPT_WHOLE {
        let free = |y: f32| {
            placed
                .iter()
                .all(|p| p.bottom <= y + 0.01 || p.top >= y - 0.01)
        };
        cuts.extend(
            placed
                .iter()
                .map(|p| p.bottom)
                .filter(|y| *y < height - padding - 0.01 && free(*y)),
        );
        cuts.sort_by(f32::total_cmp);
        cuts.dedup_by(|a, b| (*a - *b).abs() < 0.01);
    }
    let mut parts: Vec<Slab> = Vec::with_capacity(cuts.len());
    let mut from = 0.0;
    for cut in cuts {
        parts.push(Slab {
            height: cut - from,
            ..Slab::default()
        });
        from = cut;
    }
    for piece in placed {
        let mut top = 0.0;
        let last = parts.len().saturating_sub(1);
        for (i, part) in parts.iter_mut().enumerate() {
            if piece.top < top + part.height - 0.01 || i == last {
                part.items
                    .extend(piece.slab.items.into_iter().map(|item| Item {
                        x: item.x + piece.x,
                        y: item.y + piece.top - top,
                        ..item
                    }));
                break;
            }
            top += part.height;
        }
    }
    parts
}

fn draw_borders(
    parts: &mut [Slab],
    borders: Borders,
    edges: &[(f32, f32)],
    width: f32,
    first_row: bool,
) {
    if borders == Borders::None {
        return;
    }
    let across = |y: f32| Item {
        x: 0.0,
        y,
        node: None,
        ink: Ink::Rule {
            width,
            height: HAIRLINE,
        },
    };
    if let Some(first) = parts.first_mut()
        && (first_row || borders == Borders::Grid)
    {
        first.items.push(across(0.0));
    }
    if borders == Borders::Grid {
        for part in parts.iter_mut() {
            let height = part.height + HAIRLINE;
            let lines = edges
                .iter()
                .map(|(left, _)| *left)
                .chain(std::iter::once(width - HAIRLINE));
            part.items.extend(lines.map(|x| Item {
                x,
                y: 0.0,
                node: None,
                ink: Ink::Rule {
                    width: HAIRLINE,
                    height,
                },
            }));
        }
    }
    if let Some(last) = parts.last_mut() {
        let y = last.height;
        last.items.push(across(y));
    }
}
