//! Taking times, and showing them.

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use std::{
    any::Any,
    fmt,
    time::{Duration, Instant},
};

/// Runs `work` so many times. Returns the shortest time and the last answer.
pub fn best<T>(rounds: usize, mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut timed = || {
        let begun = Instant::now();
        let answer = work();
        (begun.elapsed(), answer)
    };
    let (mut shortest, mut answer) = timed();
    for _ in 1..rounds {
        // The answer before this one goes first: two of them may not fit into memory.
        drop(answer);
        let elapsed;
        (elapsed, answer) = timed();
        shortest = shortest.min(elapsed);
    }
    (shortest, answer)
}

/// Runs all of `works` so many times, in turn: what is slow for a while is so for each. Returns the shortest time of each.
pub fn best_in_turn<const N: usize>(rounds: usize, mut works: [&mut dyn FnMut() -> Box<dyn Any>; N]) -> [Duration; N] {
    let mut shortest = [Duration::MAX; N];
    for _ in 0..rounds {
        for (work, shortest) in works.iter_mut().zip(&mut shortest) {
            *shortest = best(1, work).0.min(*shortest);
        }
    }
    shortest
}

/// What was measured, as a table.
pub struct Report {
    table: Table,
}

impl Report {
    pub fn new() -> Self {
        let mut table = Table::new();
        table.load_preset(UTF8_FULL_CONDENSED);
        table.set_header(["what", "time", "rate", "beside", "ratio"]);
        for column in [1, 2, 4] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self { table }
    }

    /// A headline.
    pub fn part(&mut self, name: impl Into<String>) {
        self.table.add_row([name.into().to_uppercase()]);
    }

    /// A time with a rate.
    pub fn time(&mut self, what: impl Into<String>, time: Duration, rate: impl Into<String>) {
        self.table.add_row([what.into(), seconds(time), rate.into()]);
    }

    /// A time with a rate, and how it compares: above 1 is better than what stands beside it.
    pub fn beside(
        &mut self,
        what: impl Into<String>,
        time: Duration,
        rate: impl Into<String>,
        beside: &str,
        ratio: f64,
    ) {
        let ratio = format!("{ratio:.2}");
        self.table
            .add_row([what.into(), seconds(time), rate.into(), beside.to_owned(), ratio]);
    }
}

impl Report {
    /// Memory at its peak, and how many times that of the leaves' digests it is.
    pub fn memory(&mut self, bytes: String, times: f64) {
        let row = [
            "  memory at its peak".to_owned(),
            String::new(),
            bytes,
            "digests".to_owned(),
            format!("{times:.3}"),
        ];
        self.table.add_row(row);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table.fmt(f)
    }
}

pub fn seconds(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.1} \u{b5}s", s * 1e6),
    }
}

/// So many a second.
pub fn rate(count: f64, time: Duration, unit: &str) -> String {
    match count / time.as_secs_f64() {
        r if r >= 1e6 => format!("{:.2} M {unit}/s", r / 1e6),
        r if r >= 1e3 => format!("{:.2} k {unit}/s", r / 1e3),
        r => format!("{r:.2} {unit}/s"),
    }
}

/// How many times as fast `time` is as `other`.
pub fn ratio(time: Duration, other: Duration) -> f64 {
    other.as_secs_f64() / time.as_secs_f64()
}
