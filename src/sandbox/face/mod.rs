//! The face verification engine.
//!
//! The real engine (run by the Department of Provincial Administration) compares a captured face with
//! the portrait it holds for a 13-digit ID and answers a *percentage of correctness*, not a verdict.
//! The stand-in does the same with drawings: every invented person has a portrait computed from the ID
//! ([`portrait`]), and two pictures are compared as 32 by 32 thumbnails of luminance by normalised
//! cross-correlation. The same drawing gives 100.00, a lighter, noisier or rescaled one a little less,
//! another person's far less. It knows nothing about real faces.
//!
//! Invariants: no consent, no comparison; a picture is never kept; the score has two decimals and is
//! computed in hundredths of a percent, so that equal pictures give equal numbers everywhere.
//!
//! To add a result: a variant of [`Outcome`] and the check that leads to it in [`compare`].

pub(super) mod http;
pub mod portrait;

use serde::Serialize;

/// Score from which the engine itself says "matched", in hundredths of a percent. Relying parties use
/// the score with thresholds of their own.
pub const MATCH_FROM: u32 = 8_000;

/// Smallest side of a captured picture, in pixels.
pub const LEAST_SIDE: u32 = 64;

/// Largest side of a captured picture, in pixels.
pub const GREATEST_SIDE: u32 = 4_096;

/// Side of the thumbnails that are compared.
const THUMBNAIL: usize = 32;

/// What the engine found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// The score reaches [`MATCH_FROM`].
    Matched,
    /// It does not.
    NotMatched,
    /// No portrait is held for this ID.
    NoReference,
    /// Not a picture the engine compares: not a PNG, too small, too large, a single colour.
    QualityRejected,
    /// The engine failed.
    Error,
}

/// One comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// What was found.
    pub outcome: Outcome,
    /// Hundredths of a percent, where two pictures were compared.
    pub score: Option<u32>,
}

impl Comparison {
    fn without_score(outcome: Outcome) -> Self {
        Self {
            outcome,
            score: None,
        }
    }
}

/// Luminance of a thumbnail, row by row, 0 to 255.
type Thumbnail = [f64; THUMBNAIL * THUMBNAIL];

/// Why a picture cannot be compared.
#[derive(Debug, thiserror::Error)]
enum PictureRefusal {
    #[error("not a PNG picture")]
    NotPng(#[from] png::DecodingError),
    #[error("a side is shorter or longer than the engine compares")]
    Size,
    #[error("a kind of picture the engine does not read")]
    Colours,
}

/// Compare a captured picture with a reference portrait, both PNG.
pub fn compare(captured: &[u8], reference: &[u8]) -> Comparison {
    let Ok(reference) = thumbnail(reference) else {
        return Comparison::without_score(Outcome::Error);
    };
    let Ok(captured) = thumbnail(captured) else {
        return Comparison::without_score(Outcome::QualityRejected);
    };
    match correlation(&captured, &reference) {
        None => Comparison::without_score(Outcome::QualityRejected),
        Some(score) if score >= MATCH_FROM => Comparison {
            outcome: Outcome::Matched,
            score: Some(score),
        },
        Some(score) => Comparison {
            outcome: Outcome::NotMatched,
            score: Some(score),
        },
    }
}

/// Normalised cross-correlation in hundredths of a percent, negative ones as 0; `None` where one
/// picture is a single colour.
fn correlation(left: &Thumbnail, right: &Thumbnail) -> Option<u32> {
    let mean = |picture: &Thumbnail| picture.iter().sum::<f64>() / picture.len() as f64;
    let (left_mean, right_mean) = (mean(left), mean(right));
    let (mut product, mut left_square, mut right_square) = (0.0, 0.0, 0.0);
    for (left, right) in left.iter().zip(right) {
        let (left, right) = (left - left_mean, right - right_mean);
        product += left * right;
        left_square += left * left;
        right_square += right * right;
    }
    let scale = (left_square * right_square).sqrt();
    // Half a grey level of spread over the whole picture: nothing to compare.
    if scale < 0.25 * left.len() as f64 {
        return None;
    }
    Some((product / scale * 10_000.0).round().clamp(0.0, 10_000.0) as u32)
}

fn thumbnail(png: &[u8]) -> Result<Thumbnail, PictureRefusal> {
    let limits = png::Limits {
        bytes: 64 * 1024 * 1024,
    };
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(png), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let (width, height) = (reader.info().width, reader.info().height);
    let sides = LEAST_SIDE..=GREATEST_SIDE;
    if !sides.contains(&width) || !sides.contains(&height) {
        return Err(PictureRefusal::Size);
    }
    let size = reader.output_buffer_size().ok_or(PictureRefusal::Size)?;
    let mut pixels = vec![0u8; size];
    let frame = reader.next_frame(&mut pixels)?;
    let channels = frame.color_type.samples();
    let (width, height) = (width as usize, height as usize);
    let (mut sums, mut counts) = ([0.0; THUMBNAIL * THUMBNAIL], [0u32; THUMBNAIL * THUMBNAIL]);
    for (row, line) in pixels
        .chunks_exact(frame.line_size)
        .take(height)
        .enumerate()
    {
        for (column, pixel) in line.chunks_exact(channels).take(width).enumerate() {
            let light = luminance(pixel).ok_or(PictureRefusal::Colours)?;
            let cell = (row * THUMBNAIL / height) * THUMBNAIL + column * THUMBNAIL / width;
            if let (Some(sum), Some(count)) = (sums.get_mut(cell), counts.get_mut(cell)) {
                *sum += light;
                *count += 1;
            }
        }
    }
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum /= f64::from(count.max(1));
    }
    Ok(sums)
}

/// Rec. 601 luminance; an alpha channel is ignored.
fn luminance(pixel: &[u8]) -> Option<f64> {
    match *pixel {
        [grey] | [grey, _] => Some(f64::from(grey)),
        [red, green, blue] | [red, green, blue, _] => {
            Some(0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
