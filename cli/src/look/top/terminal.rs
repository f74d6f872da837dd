//! The terminal while it is a screen: taken over, drawn on, read from, and given back whatever happens.

use std::{
    io::{self, Read as _, Write as _},
    panic, thread,
};

use crossterm::{
    cursor::{Hide, MoveTo, Show},
    execute, queue,
    style::Print,
    terminal::{self, Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen},
};
use tokio::sync::mpsc;

use crate::look::{paper::Paper, picture::Picture};

/// Gives the terminal back when it is dropped, and before a panic is told.
pub struct Terminal {
    paper: Paper,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// As well as it goes: there is nobody left to tell.
fn give_back() {
    let _ = execute!(io::stdout(), Show, LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
}

impl Terminal {
    pub fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        let entered = Self { paper: Paper::stdout() };
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            told(info);
        }));
        execute!(io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(entered)
    }

    /// Shows lines from the top; the rest of the screen is empty. They must fit.
    pub fn draw(&mut self, lines: &Picture) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for (row, line) in (0..).zip(lines) {
            let text: String = line.iter().map(|run| self.paper.write(&run.text, run.tone)).collect();
            queue!(out, MoveTo(0, row), Print(text), Clear(ClearType::UntilNewLine))?;
        }
        queue!(out, Clear(ClearType::FromCursorDown))?;
        out.flush()
    }
}

/// Columns and rows.
pub fn size() -> (usize, usize) {
    let (columns, rows) = terminal::size().unwrap_or((80, 24));
    (columns.into(), rows.into())
}

/// What the keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Up,
    Down,
    First,
    Last,
    PageUp,
    PageDown,
    Quit,
}

/// Keys as they are pressed. A thread waits for them, since a terminal cannot be asked; it ends with the process.
pub fn keys() -> mpsc::UnboundedReceiver<Key> {
    let (pressed, keys) = mpsc::unbounded_channel();
    thread::spawn(move || {
        let mut buffer = [0; 64];
        // A terminal hands over a key's bytes together.
        while let Ok(length @ 1..) = io::stdin().lock().read(&mut buffer) {
            for key in decode(buffer.get(..length).unwrap_or_default()) {
                if pressed.send(key).is_err() {
                    return;
                }
            }
        }
    });
    keys
}

/// The keys in what a terminal in raw mode sends.
fn decode(mut bytes: &[u8]) -> Vec<Key> {
    const SEQUENCES: [(&[u8], Option<Key>); 18] = [
        (b"\x1b[A", Some(Key::Up)),
        (b"\x1bOA", Some(Key::Up)),
        (b"k", Some(Key::Up)),
        (b"\x1b[B", Some(Key::Down)),
        (b"\x1bOB", Some(Key::Down)),
        (b"j", Some(Key::Down)),
        (b"\x1b[H", Some(Key::First)),
        (b"\x1b[1~", Some(Key::First)),
        (b"g", Some(Key::First)),
        (b"\x1b[F", Some(Key::Last)),
        (b"\x1b[4~", Some(Key::Last)),
        (b"G", Some(Key::Last)),
        (b"\x1b[5~", Some(Key::PageUp)),
        (b"\x1b[6~", Some(Key::PageDown)),
        (b" ", Some(Key::PageDown)),
        (b"q", Some(Key::Quit)),
        // Ctrl-C is no signal in raw mode.
        (b"\x03", Some(Key::Quit)),
        // Other arrows.
        (b"\x1b[", None),
    ];
    let mut keys = Vec::new();
    while let Some(rest) = bytes.get(1..) {
        let known = SEQUENCES.iter().find(|(sequence, _)| bytes.starts_with(sequence));
        match known {
            Some((sequence, key)) => {
                keys.extend(*key);
                bytes = bytes.get(sequence.len()..).unwrap_or_default();
            }
            None => bytes = rest,
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_what_a_terminal_sends() {
        assert_eq!(decode(b"\x1b[B\x1b[Bq"), [Key::Down, Key::Down, Key::Quit]);
        assert_eq!(decode(b"\x1b[5~jG"), [Key::PageUp, Key::Down, Key::Last]);
        assert_eq!(decode(b"\x03"), [Key::Quit]);
        assert_eq!(decode(b"xyz\x1b[C\x1b"), []);
        assert_eq!(decode(b""), []);
    }
}
