//! Curves and regions.

use anyhow::Result;
use surety_plot::{
    BLUE, COLOURS, FAMILY, GREEN, Line, TITLE, axes, failed, legend, named,
    plotters::{coord::Shift, prelude::*},
};

pub fn utilities<B: DrawingBackend>(area: &DrawingArea<B, Shift>, panels: &[(&str, Vec<Line>)]) -> Result<()> {
    for (panel, (title, lines)) in area.split_evenly((1, panels.len())).iter().zip(panels) {
        let values = || lines.iter().flat_map(|line| line.points.iter().map(|point| point.1));
        let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
        // Room below the lines for the legend.
        let room = (high - low).max(f64::MIN_POSITIVE);
        let mut chart = ChartBuilder::on(panel)
            .caption(format!("{title}: payoff by strategy"), (FAMILY, TITLE))
            .margin(14)
            .x_label_area_size(48)
            .y_label_area_size(78)
            .build_cartesian_2d(0.0..1.0, low - 0.45 * room..high + 0.08 * room)
            .map_err(failed)?;
        axes(&mut chart, "probability that a check finds a false result", "ETH")?;
        for (at, (line, colour)) in lines.iter().zip(COLOURS).enumerate() {
            // Honesty lies below the others, and shows where one covers it.
            let style = colour.stroke_width(if at == 0 { 7 } else { 3 });
            named(
                &mut chart,
                LineSeries::new(line.points.iter().copied(), style),
                &line.name,
                style,
            )?;
        }
        legend(&mut chart, SeriesLabelPosition::LowerLeft)?;
    }
    Ok(())
}

pub fn region<B: DrawingBackend>(area: &DrawingArea<B, Shift>, lines: &[Line], deposit: f64, top: f64) -> Result<()> {
    let mut chart = ChartBuilder::on(area)
        .caption("Deposits above which honesty is the only equilibrium", (FAMILY, TITLE))
        .margin(16)
        .x_label_area_size(50)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..1.0, 0.0..top)
        .map_err(failed)?;
    axes(
        &mut chart,
        "probability p that a check finds a false result",
        "worker's deposit d, ETH",
    )?;
    for (line, colour) in lines.iter().zip([GREEN, BLUE]) {
        // Where no deposit helps there is no region.
        let helped: Vec<_> = line.points.iter().copied().filter(|point| point.1 < top).collect();
        chart
            .draw_series(AreaSeries::new(helped.iter().copied(), top, colour.mix(0.18)))
            .map_err(failed)?;
        let style = colour.stroke_width(3);
        named(&mut chart, LineSeries::new(helped, style), &line.name, style)?;
    }
    let style = BLACK.stroke_width(1);
    let dashes = DashedLineSeries::new([(0.0, deposit), (1.0, deposit)], 8, 6, style);
    named(&mut chart, dashes, "the job's deposit", style)?;
    legend(&mut chart, SeriesLabelPosition::UpperRight)
}

pub fn detection<B: DrawingBackend>(area: &DrawingArea<B, Shift>, lines: &[Line]) -> Result<()> {
    let most = lines
        .iter()
        .flat_map(|line| line.points.iter().map(|point| point.0))
        .fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption("Detection by sampling: 1 \u{2013} (1 \u{2013} q)^m", (FAMILY, TITLE))
        .margin(16)
        .x_label_area_size(50)
        .y_label_area_size(70)
        .build_cartesian_2d((1.0..most).log_scale(), 0.0..1.0)
        .map_err(failed)?;
    axes(
        &mut chart,
        "sampled elements m",
        "probability that a wrong element is among them",
    )?;
    for (line, colour) in lines.iter().zip(COLOURS) {
        let style = colour.stroke_width(3);
        named(
            &mut chart,
            LineSeries::new(line.points.iter().copied(), style),
            &line.name,
            style,
        )?;
    }
    legend(&mut chart, SeriesLabelPosition::UpperLeft)
}
