//! `surety game plot`: the solver's answers as SVG and PNG.

mod bars;
mod curves;
mod data;

use std::path::Path;

use anyhow::Result;
use serde_json::json;
use surety_plot::{
    Line, Picture,
    plotters::{coord::Shift, prelude::*},
};
use surety_protocol::game::{experiment::Costs, rational::whole};

use super::args::GameArgs;
use crate::context::Report;

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
        files.extend(surety_plot::save(out, name, figure)?);
    }
    let text: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    Ok(Report::new(text.join("\n"), json!({ "files": files })))
}

impl Picture for Figure {
    fn size(&self) -> (u32, u32) {
        match self {
            Self::Utilities(_) => (1280, 560),
            Self::Region { .. } | Self::Detection(_) => (900, 600),
            Self::Bars(_) => (1000, 620),
        }
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<()> {
        match self {
            Self::Utilities(panels) => curves::utilities(area, panels),
            Self::Region { lines, deposit, top } => curves::region(area, lines, *deposit, *top),
            Self::Detection(lines) => curves::detection(area, lines),
            Self::Bars(bars) => bars::draw(area, bars),
        }
    }
}
