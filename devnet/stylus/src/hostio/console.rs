//! What programs print on debug chains. Costs nothing.

use std::fmt::Display;

use super::guest::{Guest, Result};

pub(super) async fn text(g: &mut Guest<'_>, ptr: u32, len: u32) -> Result<()> {
    let bytes = g.read(ptr, len)?;
    tracing::info!(target: "stylus::console", "{}", String::from_utf8_lossy(&bytes));
    g.record("console_log_text", || bytes, Vec::new);
    Ok(())
}

pub(super) async fn value<T: Display + Copy>(g: &mut Guest<'_>, value: T) -> Result<T> {
    let text = value.to_string();
    tracing::info!(target: "stylus::console", "{text}");
    g.record("console_log", || text.into_bytes(), Vec::new);
    Ok(value)
}
