//! The second paper's Figure 4 again: modular exponentiation computed by the client itself, beside delegated and verified by
//! sampling, as the number of powers grows.

use crate::{
    files::SAMPLE,
    tasks::modulus,
    timing::{best, seconds},
};
use anyhow::Result;
use std::{path::Path, time::Duration};
use surety_engine::{
    compute::Engine,
    verify::{Extent, verify},
    work::{Order, work},
};
use surety_plot::{
    COLOURS, FAMILY, Line, Picture, TITLE, axes, failed, legend, named,
    plotters::{coord::Shift, prelude::*},
};
use surety_protocol::sample;
use surety_tasks::Encoded;

const BITS: usize = 2048;
/// Powers of the first point; each further one has twice as many.
const FIRST: u64 = 256;

/// An exponent with its name, and how many times its powers are doubled.
struct Series {
    name: &'static str,
    exponent: Vec<u8>,
    doublings: u32,
}

struct Figure {
    lines: Vec<Line>,
}

/// Measures and draws `figure-4.svg` and `figure-4.png` in the folder `out`.
pub fn draw(out: &Path, rounds: usize) -> Result<()> {
    let series = [
        Series {
            name: "e = 65537",
            exponent: vec![1, 0, 1],
            doublings: 9,
        },
        Series {
            name: "e of 2048 bits",
            exponent: vec![0xd5; BITS / 8],
            doublings: 3,
        },
    ];
    let mut lines = Vec::new();
    for Series {
        name,
        exponent,
        doublings,
    } in series
    {
        let (mut direct, mut delegated) = (Vec::new(), Vec::new());
        for count in (0..=doublings).map(|doubling| FIRST << doubling) {
            let (alone, checked) = point(&exponent, count, rounds)?;
            println!(
                "{count} powers, {name}: direct {}, delegated and verified {}",
                seconds(alone),
                seconds(checked)
            );
            direct.push((count as f64, alone.as_secs_f64()));
            delegated.push((count as f64, checked.as_secs_f64()));
        }
        lines.push(Line {
            name: format!("computed directly, {name}"),
            points: direct,
        });
        lines.push(Line {
            name: format!("delegated, {SAMPLE} checked, {name}"),
            points: delegated,
        });
    }
    for file in surety_plot::save(out, "figure-4", &Figure { lines })? {
        println!("{}", file.display());
    }
    Ok(())
}

/// What the client spends on so many powers: computing them, and checking a worker's.
fn point(exponent: &[u8], count: u64, rounds: usize) -> Result<(Duration, Duration)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("result");
    let encoded = Encoded::modexp(exponent, &modulus(BITS), &[7; 32], count)?;
    let engine = Engine::new(encoded.task()?);
    let order = Order {
        path: &path,
        max_element: u32::try_from(engine.element_len())?,
        function: &encoded.function,
        data: &encoded.data,
    };
    let done = work(&engine, order, |_| {})?;
    let (alone, values) = best(rounds, || engine.compute(0, count, &[], |_| {}));
    values?;
    let indices = sample::fresh(&done.root, count, SAMPLE);
    let (checked, found) = best(rounds, || verify(&engine, &path, Extent::Sample(&indices), |_| {}));
    assert!(found?.finding.is_none(), "the result is right");
    Ok((alone, checked))
}

impl Picture for Figure {
    fn size(&self) -> (u32, u32) {
        (960, 620)
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<()> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let most = points().map(|point| point.0).fold(0.0, f64::max);
        let longest = points().map(|point| point.1).fold(0.0, f64::max);
        let shortest = points().map(|point| point.1).fold(longest, f64::min);
        let mut chart = ChartBuilder::on(area)
            .caption("What powers modulo 2048 bits cost the client", (FAMILY, TITLE))
            .margin(16)
            .x_label_area_size(50)
            .y_label_area_size(80)
            .build_cartesian_2d(
                (FIRST as f64..most).log_scale(),
                // Room above the lines for the legend.
                (shortest / 2.0..longest * 30.0).log_scale(),
            )
            .map_err(failed)?;
        axes(&mut chart, "powers", "seconds of the client's machine")?;
        for (line, colour) in self.lines.iter().zip(COLOURS) {
            let style = colour.stroke_width(3);
            let series = LineSeries::new(line.points.iter().copied(), style).point_size(4);
            named(&mut chart, series, &line.name, style)?;
        }
        legend(&mut chart, SeriesLabelPosition::UpperLeft)
    }
}
