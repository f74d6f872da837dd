//! The program that `surety` runs to compute elements. Nothing here needs to change.
//!
//! It reads the input in hexadecimal from the first line, then an index from each line, and writes the element of each in
//! hexadecimal on a line.

use function::element;
use std::{
    io::{self, BufRead, BufWriter, Write},
    process::ExitCode,
};

fn main() -> ExitCode {
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn answer() -> Result<(), String> {
    let mut lines = io::stdin().lock().lines();
    let mut next = || lines.next().transpose().map_err(|error| error.to_string());
    let input = next()?.ok_or("there is no input")?;
    let input = bytes(&input).ok_or("the input is not hexadecimal")?;
    let mut out = BufWriter::new(io::stdout().lock());
    while let Some(line) = next()? {
        let index = line.parse().map_err(|_| format!("{line:?} is no index"))?;
        let element =
            element(&input, index).ok_or_else(|| format!("this input has no element {index}"))?;
        let digits: String = element.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(out, "{digits}").map_err(|error| error.to_string())?;
    }
    out.flush().map_err(|error| error.to_string())
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
            _ => None,
        })
        .collect()
}
