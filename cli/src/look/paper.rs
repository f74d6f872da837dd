//! Lines of text with looks: in colour on a terminal, plain elsewhere or where NO_COLOR is set.

use std::{
    env,
    io::{self, IsTerminal as _},
};

use super::picture::{Picture, Run, Tone};

/// Columns where nobody tells: as wide as the map of a job's life.
const USUAL: usize = super::picture::WIDE;

/// What text is written on.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    pub columns: usize,
    colour: bool,
}

impl Paper {
    /// Standard output. `COLUMNS` goes before the terminal's own width.
    pub fn stdout() -> Self {
        let terminal = io::stdout().is_terminal();
        let told = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let asked = || {
            let size = terminal.then(|| crossterm::terminal::size().ok()).flatten()?;
            (size.0 > 0).then(|| usize::from(size.0))
        };
        Self {
            columns: told.or_else(asked).unwrap_or(USUAL),
            colour: terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    pub fn write(&self, text: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Dim => "2",
            Tone::Passed => "32",
            Tone::Now => "1;36",
            Tone::Good => "1;32",
            Tone::Bad => "1;31",
            Tone::Reversed => "7",
            Tone::Alert => "1;37;41",
        };
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    /// Draws a picture, each line indented.
    pub fn draw(&self, picture: &Picture) -> String {
        picture
            .iter()
            .map(|line| {
                let runs: String = line.iter().map(|Run { text, tone }| self.write(text, *tone)).collect();
                format!("{}\n", runs.trim_end())
            })
            .collect()
    }
}
