//! A drawn portrait for every invented person: the same ID gives the same picture, byte for byte.
//!
//! Plain shapes (wall, shoulders, hair, face, eyes, mouth) whose places, sizes and colours are taken
//! from a digest of the ID. Walls and clothes are patterned strongly, since it is they that keep two
//! people's thumbnails apart.

use crate::kernel::digest::Digest;

/// Width and height of a portrait in pixels.
pub const SIDE: u32 = 192;

type Colour = [f32; 3];

/// Numbers between 0 and 1 that follow from a text.
struct Traits {
    subject: String,
    block: u32,
    left: Vec<u8>,
}

impl Traits {
    fn of(subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            block: 0,
            left: Vec::new(),
        }
    }

    fn next(&mut self) -> f32 {
        if self.left.is_empty() {
            let name = format!("portrait/{}/{}", self.block, self.subject);
            self.left = Digest::of(name).as_bytes().to_vec();
            self.block += 1;
        }
        f32::from(self.left.pop().unwrap_or_default()) / 255.0
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }

    fn pick<T: Copy>(&mut self, choices: &[T], otherwise: T) -> T {
        let index = (self.next() * 0.999 * choices.len() as f32) as usize;
        choices.get(index).copied().unwrap_or(otherwise)
    }
}

const SKINS: [Colour; 5] = [
    [244.0, 208.0, 177.0],
    [229.0, 184.0, 143.0],
    [208.0, 157.0, 117.0],
    [176.0, 124.0, 88.0],
    [141.0, 95.0, 66.0],
];
const HAIRS: [Colour; 5] = [
    [28.0, 24.0, 24.0],
    [58.0, 40.0, 30.0],
    [96.0, 70.0, 52.0],
    [150.0, 150.0, 152.0],
    [214.0, 214.0, 214.0],
];

/// Cells of the wall's pattern along one side.
const WALL: usize = 5;

struct Face {
    wall: [Colour; WALL * WALL],
    cloth: [Colour; 2],
    stripes: f32,
    skin: Colour,
    hair: Colour,
    centre: [f32; 2],
    radius: [f32; 2],
    hair_height: f32,
    hair_length: f32,
    parting: f32,
    eye_gap: f32,
    eye_size: f32,
    brow: f32,
    mouth: [f32; 2],
    glasses: bool,
}

impl Face {
    fn of(subject: &str) -> Self {
        let mut traits = Traits::of(subject);
        let tint = [traits.next(), traits.next(), traits.next()];
        let mut wall = [[0.0; 3]; WALL * WALL];
        for cell in &mut wall {
            let light = traits.between(10.0, 245.0);
            *cell = tint.map(|tint| (light + 50.0 * (tint - 0.5)).clamp(0.0, 255.0));
        }
        let mut cloth = [[0.0; 3]; 2];
        for colour in &mut cloth {
            let light = traits.between(10.0, 230.0);
            *colour = [
                light,
                light * traits.between(0.6, 1.1),
                light * traits.between(0.6, 1.1),
            ];
        }
        Self {
            wall,
            cloth,
            stripes: traits.between(1.5, 5.0),
            skin: traits.pick(&SKINS, [229.0, 184.0, 143.0]),
            hair: traits.pick(&HAIRS, [28.0, 24.0, 24.0]),
            centre: [traits.between(0.42, 0.58), traits.between(0.40, 0.52)],
            radius: [traits.between(0.15, 0.21), traits.between(0.20, 0.27)],
            hair_height: traits.between(0.25, 0.75),
            hair_length: traits.between(0.0, 0.9),
            parting: traits.between(-0.8, 0.8),
            eye_gap: traits.between(0.38, 0.52),
            eye_size: traits.between(0.10, 0.16),
            brow: traits.between(0.04, 0.11),
            mouth: [traits.between(0.25, 0.5), traits.between(-0.18, 0.18)],
            glasses: traits.next() > 0.7,
        }
    }

    /// The colour at a place; both coordinates between 0 and 1.
    fn at(&self, x: f32, y: f32) -> Colour {
        let mut colour = self.wall_at(x, y);
        let [centre_x, centre_y] = self.centre;
        let [wide, high] = self.radius;
        // Coordinates in which the face is a circle of radius 1.
        let (u, v) = ((x - centre_x) / wide, (y - centre_y) / high);
        let long_hair = v > 0.0 && v < self.hair_length * 1.8 && u.abs() < 1.22;
        lay(&mut colour, self.hair, if long_hair { 1.0 } else { 0.0 });
        lay(&mut colour, self.hair, inside(u / 1.22, (v + 0.12) / 1.2));
        let stripe = (x * self.stripes * std::f32::consts::TAU).sin() > 0.0;
        let [even, odd] = self.cloth;
        let shoulders = inside((x - centre_x) / 0.44, (y - 1.05) / 0.30);
        lay(
            &mut colour,
            self.skin.map(|part| part * 0.88),
            inside(u / 0.45, (v - 1.0) / 0.6),
        );
        lay(&mut colour, if stripe { odd } else { even }, shoulders);
        lay(&mut colour, self.skin, inside(u, v));
        let fringe = v < -1.0 + self.hair_height + 0.25 * (u - self.parting).abs().min(0.8);
        lay(
            &mut colour,
            self.hair,
            if fringe {
                inside(u / 1.03, v / 1.03)
            } else {
                0.0
            },
        );
        for side in [-1.0, 1.0] {
            let (eye_u, eye_v) = (u - side * self.eye_gap, v + 0.05);
            if self.glasses {
                let ring = (eye_u.hypot(eye_v) - 0.3).abs() < 0.035;
                lay(
                    &mut colour,
                    [20.0, 20.0, 20.0],
                    if ring { 1.0 } else { 0.0 },
                );
            }
            lay(
                &mut colour,
                [250.0, 250.0, 250.0],
                inside(eye_u / (self.eye_size * 1.5), eye_v / self.eye_size),
            );
            lay(
                &mut colour,
                [30.0, 22.0, 18.0],
                inside(eye_u / (self.eye_size * 0.8), eye_v / (self.eye_size * 0.8)),
            );
            lay(
                &mut colour,
                self.hair,
                inside(eye_u / 0.26, (eye_v + 0.26) / self.brow),
            );
        }
        let shadow = self.skin.map(|part| part * 0.75);
        lay(&mut colour, shadow, inside(u / 0.09, (v - 0.25) / 0.16));
        let [mouth_width, smile] = self.mouth;
        let lip = v - 0.58 + smile * (u / mouth_width).powi(2);
        lay(
            &mut colour,
            [158.0, 58.0, 58.0],
            inside(u / mouth_width, lip / 0.07),
        );
        colour
    }

    fn wall_at(&self, x: f32, y: f32) -> Colour {
        let place = |value: f32| {
            let scaled = value.clamp(0.0, 1.0) * (WALL - 1) as f32;
            let cell = (scaled as usize).min(WALL - 2);
            (cell, scaled - cell as f32)
        };
        let ((column, right), (row, down)) = (place(x), place(y));
        let cell = |row: usize, column: usize| {
            self.wall
                .get(row * WALL + column)
                .copied()
                .unwrap_or_default()
        };
        let upper = mix(cell(row, column), cell(row, column + 1), right);
        let lower = mix(cell(row + 1, column), cell(row + 1, column + 1), right);
        mix(upper, lower, down)
    }
}

/// 1 well inside the unit circle, 0 well outside, a soft edge between.
fn inside(x: f32, y: f32) -> f32 {
    ((1.0 - x.hypot(y)) * 12.0 + 0.5).clamp(0.0, 1.0)
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    let [a, b, c] = from;
    let [d, e, f] = to;
    [
        a + (d - a) * share,
        b + (e - b) * share,
        c + (f - c) * share,
    ]
}

fn lay(colour: &mut Colour, over: Colour, share: f32) {
    if share > 0.0 {
        *colour = mix(*colour, over, share);
    }
}

/// The portrait that belongs to this ID, as a PNG of [`SIDE`] by [`SIDE`] pixels, 8-bit RGB.
pub fn png(national_id: &str) -> Result<Vec<u8>, png::EncodingError> {
    let face = Face::of(national_id);
    let mut pixels = Vec::with_capacity((SIDE * SIDE * 3) as usize);
    let middle = |index: u32| (index as f32 + 0.5) / SIDE as f32;
    for row in 0..SIDE {
        for column in 0..SIDE {
            pixels.extend(
                face.at(middle(column), middle(row))
                    .map(|part| part.round() as u8),
            );
        }
    }
    encode(SIDE, SIDE, &pixels)
}

/// 8-bit RGB pixels as a PNG.
pub(super) fn encode(
    width: u32,
    height: u32,
    pixels: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}
