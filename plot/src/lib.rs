//! Pictures as SVG and PNG, with a font of their own, so that none has to be installed.

mod chart;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use plotters::{
    coord::Shift,
    prelude::*,
    style::{FontStyle, register_font},
};

pub use chart::{axes, legend, named};
pub use plotters;

/// Latin glyphs of DejaVu Sans; its licence lies beside it.
const FONT: &[u8] = include_bytes!("../font/DejaVuSans-Latin.ttf");
/// The name under which plotters knows the font.
pub const FAMILY: &str = "sans-serif";

/// Sizes of letters, in pixels.
pub const TITLE: i32 = 22;
pub const TEXT: i32 = 15;

/// Colours that differ in lightness too (Okabe and Ito).
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
pub const RED: RGBColor = RGBColor(213, 94, 0);
pub const COLOURS: [RGBColor; 4] = [BLUE, RED, GREEN, ORANGE];

/// A line with its name.
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// What can be drawn on an area of its own.
pub trait Picture {
    /// In pixels.
    fn size(&self) -> (u32, u32);

    /// Draws on a white area of that size.
    ///
    /// # Errors
    /// The backend's.
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<()>;
}

/// Writes `NAME.svg` and `NAME.png` in the folder `out`, which is made if it is not there. Returns their paths.
///
/// # Errors
/// If a file cannot be written.
pub fn save(out: &Path, name: &str, picture: &impl Picture) -> Result<[PathBuf; 2]> {
    register_font(FAMILY, FontStyle::Normal, FONT).map_err(|_| anyhow!("the built-in font cannot be read"))?;
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let (svg, png) = (out.join(format!("{name}.svg")), out.join(format!("{name}.png")));
    let size = picture.size();
    paint(picture, &SVGBackend::new(&svg, size).into_drawing_area())
        .with_context(|| format!("cannot draw {}", svg.display()))?;
    paint(picture, &BitMapBackend::new(&png, size).into_drawing_area())
        .with_context(|| format!("cannot draw {}", png.display()))?;
    Ok([svg, png])
}

fn paint<B: DrawingBackend>(picture: &impl Picture, area: &DrawingArea<B, Shift>) -> Result<()> {
    area.fill(&WHITE).map_err(failed)?;
    picture.draw(area)?;
    area.present().map_err(failed)
}

/// Errors of the backends borrow from them.
pub fn failed<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> anyhow::Error {
    anyhow!("{error}")
}
