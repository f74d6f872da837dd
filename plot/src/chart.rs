//! Parts of charts: axes, lines with names, legends.

use anyhow::Result;
use plotters::{
    coord::ranged1d::{Ranged, ValueFormatter},
    element::{Drawable, PointCollection},
    prelude::*,
};

use super::{FAMILY, TEXT, failed};

/// Both axes with what they mean; lines across at the labels.
///
/// # Errors
/// The backend's.
pub fn axes<B, X, Y>(chart: &mut ChartContext<'_, B, Cartesian2d<X, Y>>, x: &str, y: &str) -> Result<()>
where
    B: DrawingBackend,
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .x_desc(x)
        .y_desc(y)
        .axis_desc_style((FAMILY, TEXT + 1))
        .label_style((FAMILY, TEXT))
        .x_label_formatter(&|value| short(*value))
        .y_label_formatter(&|value| short(*value))
        .light_line_style(TRANSPARENT)
        .draw()
        .map_err(failed)
}

/// Draws a series that the legend names.
///
/// # Errors
/// The backend's.
pub fn named<'a, B, C, S, E>(chart: &mut ChartContext<'a, B, C>, series: S, name: &str, style: ShapeStyle) -> Result<()>
where
    B: DrawingBackend + 'a,
    C: CoordTranslate,
    S: IntoIterator<Item = E>,
    for<'e> &'e E: PointCollection<'e, C::From>,
    E: Drawable<B>,
{
    chart
        .draw_series(series)
        .map_err(failed)?
        .label(name)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], style));
    Ok(())
}

/// Draws the names of the series that have one.
///
/// # Errors
/// The backend's.
pub fn legend<'a, B, C>(chart: &mut ChartContext<'a, B, C>, position: SeriesLabelPosition) -> Result<()>
where
    B: DrawingBackend + 'a,
    C: CoordTranslate,
{
    chart
        .configure_series_labels()
        .position(position)
        .label_font((FAMILY, TEXT))
        .legend_area_size(32)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.4))
        .margin(12)
        .draw()
        .map_err(failed)
}

/// A tick's number without trailing zeros.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
