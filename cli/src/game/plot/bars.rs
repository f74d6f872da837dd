//! Horizontal bars with their names and numbers.

use anyhow::Result;
use surety_plot::{
    BLUE, FAMILY, ORANGE, TEXT, TITLE, failed,
    plotters::{
        coord::Shift,
        prelude::*,
        style::text_anchor::{HPos, Pos, VPos},
    },
};

/// Pixels for the names on the left, and for the title above.
const NAMES: i32 = 300;
const HEAD: i32 = 80;
/// Pixels left free on each side of the bars for their numbers.
const MARGIN: i32 = 60;

pub fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, bars: &[(String, f64, f64)]) -> Result<()> {
    let (width, height) = area.dim_in_pixel();
    let (width, height) = (width as i32, height as i32);
    let most = bars.iter().flat_map(|bar| [bar.1, bar.2]).fold(0.0, f64::max);
    let least = bars.iter().flat_map(|bar| [bar.1, bar.2]).fold(0.0, f64::min);
    let room = f64::from(width - NAMES - 2 * MARGIN);
    let place = |value: f64| NAMES + MARGIN + ((value - least) / (most - least).max(f64::MIN_POSITIVE) * room) as i32;
    let text = |size: i32, horizontal: HPos| {
        TextStyle::from((FAMILY, size).into_font())
            .color(&BLACK)
            .pos(Pos::new(horizontal, VPos::Center))
    };
    let title = "The second paper's costs and benefits by strategy, US dollars";
    area.draw(&Text::new(title, (width / 2, 26), text(TITLE, HPos::Center)))
        .map_err(failed)?;
    for (at, (name, colour)) in [("cost", ORANGE), ("benefit", BLUE)].into_iter().enumerate() {
        let x = width / 2 - 90 + 120 * at as i32;
        area.draw(&Rectangle::new([(x, 49), (x + 14, 63)], colour.filled()))
            .map_err(failed)?;
        area.draw(&Text::new(name, (x + 22, 57), text(TEXT, HPos::Left)))
            .map_err(failed)?;
    }
    let step = (height - HEAD - 10) / bars.len().max(1) as i32;
    for (at, (name, cost, benefit)) in bars.iter().enumerate() {
        let top = HEAD + at as i32 * step;
        area.draw(&Text::new(
            name.clone(),
            (NAMES - 10, top + step / 2),
            text(TEXT, HPos::Right),
        ))
        .map_err(failed)?;
        let thick = step / 3;
        for (offset, value, colour) in [(step / 8, *cost, ORANGE), (step / 8 + thick + 2, *benefit, BLUE)] {
            let (zero, end) = (place(0.0), place(value));
            let y = top + offset;
            area.draw(&Rectangle::new(
                [(zero.min(end), y), (zero.max(end), y + thick)],
                colour.filled(),
            ))
            .map_err(failed)?;
            let (x, side) = if value < 0.0 {
                (end - 6, HPos::Right)
            } else {
                (end + 6, HPos::Left)
            };
            area.draw(&Text::new(
                format!("{value:.2}"),
                (x, y + thick / 2),
                text(TEXT - 1, side),
            ))
            .map_err(failed)?;
        }
    }
    let zero = place(0.0);
    area.draw(&PathElement::new(
        [(zero, HEAD), (zero, HEAD + step * bars.len() as i32)],
        BLACK.stroke_width(1),
    ))
    .map_err(failed)
}
