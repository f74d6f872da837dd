//! `surety game plot`: the solver's answers as SVG and PNG, with a font of its own, so that none has to be installed.

mod bars;
mod curves;
mod data;

use std::{fs, path::Path};

use anyhow::{Context as _, Result, anyhow};
use plotters::{
    coord::Shift,
    prelude::*,
    style::{FontStyle, register_font},
};
use serde_json::json;
use surety_protocol::game::{experiment::Costs, rational::whole};

use super::args::GameArgs;
use crate::context::Report;

/// Latin glyphs of DejaVu Sans; its licence lies beside it.
const FONT: &[u8] = include_bytes!("../font/DejaVuSans-Latin.ttf");
const FAMILY: &str = "sans-serif";

/// Colours that differ in lightness too (Okabe and Ito).
const BLUE: RGBColor = RGBColor(0, 114, 178);
const ORANGE: RGBColor = RGBColor(230, 159, 0);
const GREEN: RGBColor = RGBColor(0, 158, 115);
const RED: RGBColor = RGBColor(213, 94, 0);
const COLOURS: [RGBColor; 4] = [BLUE, RED, GREEN, ORANGE];

/// A line with its name.
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// One picture.
pub enum Figure {
    /// Panels side by side, each with a title and lines.
    Utilities(Vec<(&'static str, Vec<Line>)>),
    /// The smallest deposit by detection probability; honesty is the only equilibrium above.
    Region { lines: Vec<Line>, deposit: f64, top: f64 },
    /// Detection probability by sample size.
    Detection(Vec<Line>),
    /// Cost and benefit of each strategy.
    Bars(Vec<(String, f64, f64)>),
}

pub fn run(args: &GameArgs, out: &Path) -> Result<Report> {
    register_font(FAMILY, FontStyle::Normal, FONT).map_err(|_| anyhow!("the built-in font cannot be read"))?;
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let base = args.job.delegation()?;
    let bars = Costs::published().figure(&whole(1));
    let figures = [
        ("utilities", Figure::Utilities(data::utilities(&base))),
        ("honest-region", data::region(&args.job, &base)?),
        ("detection", Figure::Detection(data::detection())),
        ("paper-figure-3", Figure::Bars(data::bars(&bars))),
    ];
    let mut files = Vec::new();
    for (name, figure) in &figures {
        let svg = out.join(format!("{name}.svg"));
        let png = out.join(format!("{name}.png"));
        {
            let area = SVGBackend::new(&svg, figure.size()).into_drawing_area();
            figure
                .draw(&area)
                .with_context(|| format!("cannot draw {}", svg.display()))?;
        }
        {
            let area = BitMapBackend::new(&png, figure.size()).into_drawing_area();
            figure
                .draw(&area)
                .with_context(|| format!("cannot draw {}", png.display()))?;
        }
        files.extend([svg, png]);
    }
    let text: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    Ok(Report::new(text.join("\n"), json!({ "files": files })))
}

impl Figure {
    /// In pixels.
    fn size(&self) -> (u32, u32) {
        match self {
            Self::Utilities(_) => (1280, 560),
            Self::Region { .. } | Self::Detection(_) => (900, 600),
            Self::Bars(_) => (1000, 620),
        }
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<()> {
        area.fill(&WHITE).map_err(failed)?;
        match self {
            Self::Utilities(panels) => curves::utilities(area, panels)?,
            Self::Region { lines, deposit, top } => curves::region(area, lines, *deposit, *top)?,
            Self::Detection(lines) => curves::detection(area, lines)?,
            Self::Bars(bars) => bars::draw(area, bars)?,
        }
        area.present().map_err(failed)
    }
}

/// Errors of the backends borrow from them.
fn failed<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> anyhow::Error {
    anyhow!("{error}")
}
