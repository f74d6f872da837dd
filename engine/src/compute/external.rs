//! A Table whose values another program computes, asked over its standard input and answering over its output.
//!
//! The program is started anew for each batch of values. It is given the input in hexadecimal on the first line, then the
//! index of each value that is wanted, in decimal, on a line of its own, then the end of file. It answers each index, in
//! order, with a line of the value in hexadecimal, and ends with status 0. Lines need no flushing, so a program of any
//! language can read and print as it is used to.

use super::Claim;
use crate::batch::Batch;
use std::{
    env,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Bytes kept of what a program complains.
const COMPLAINT: u64 = 4096;

/// Variables that begin so are not for the program: a key may be among them.
const SECRETS: &[u8] = b"SURETY_";

/// How long a program that has answered may take to end is looked at this often.
const ENDING: Duration = Duration::from_millis(1);

/// A Table of values of equal width, value i of which is what the program answers to index i.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// The program: a path from the root, or a name that is looked for where the system looks for programs.
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// The program's working directory.
    pub folder: PathBuf,
    /// Bytes of each value.
    pub width: usize,
    /// Values asked of one process, at most; at least 1.
    pub batch: u64,
    /// How long one process may take.
    pub timeout: Duration,
    /// What is given to the program beside the indices.
    pub input: Vec<u8>,
    /// Values of the Table.
    pub count: u64,
}

/// Why a program gave no values. Nothing is known about them then: neither right nor wrong.
#[derive(Debug, thiserror::Error)]
pub enum ExternalError {
    #[error("cannot run {}: {source}", .program.display())]
    Start { program: PathBuf, source: io::Error },
    #[error("cannot read what {} answers: {source}", .program.display())]
    Read { program: PathBuf, source: io::Error },
    #[error("{} did not answer {asked} indices within {}s and was stopped", .program.display(), .timeout.as_secs_f64())]
    Timeout {
        program: PathBuf,
        asked: usize,
        timeout: Duration,
    },
    #[error("{} failed with {status}{}", .program.display(), colon(.complaint))]
    Failed {
        program: PathBuf,
        status: ExitStatus,
        /// The last line that it wrote to standard error.
        complaint: String,
    },
    #[error("{} answered {asked} indices with more than {most} bytes", .program.display())]
    TooMuch { program: PathBuf, asked: usize, most: u64 },
    #[error("{} was asked for {asked} values and answered with {answered} lines", .program.display())]
    Lines {
        program: PathBuf,
        asked: usize,
        answered: usize,
    },
    #[error(
        "{} answered index {index} with {line:?}: expected {} hexadecimal digits, for {width} bytes",
        .program.display(), 2 * .width
    )]
    Value {
        program: PathBuf,
        index: u64,
        /// As much of the line as is needed to recognise it.
        line: String,
        width: usize,
    },
}

fn colon(complaint: &str) -> String {
    if complaint.is_empty() {
        String::new()
    } else {
        format!(": {complaint}")
    }
}

impl External {
    /// The values with these indices, by one process.
    ///
    /// # Errors
    /// [`ExternalError`], unless the program answers each of them as it should.
    pub fn values(&self, indices: &[u64]) -> Result<Batch, ExternalError> {
        if indices.is_empty() {
            return Ok(Batch::new());
        }
        let text = self.ask(indices)?;
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        if lines.len() != indices.len() {
            return Err(ExternalError::Lines {
                program: self.program.clone(),
                asked: indices.len(),
                answered: lines.len(),
            });
        }
        let mut values = Batch::new();
        values.reserve(lines.len(), self.width);
        for (index, line) in indices.iter().zip(lines) {
            let pushed = self.value(line).map(|value| values.push(&value));
            let Some(Ok(())) = pushed else {
                return Err(ExternalError::Value {
                    program: self.program.clone(),
                    index: *index,
                    line: line.chars().take(80).collect(),
                    width: self.width,
                });
            };
        }
        Ok(values)
    }

    /// The place of the first false one among `claims`, by one process.
    ///
    /// # Errors
    /// As [`Self::values`].
    pub(super) fn first_false(&self, claims: &[Claim<'_>]) -> Result<Option<usize>, ExternalError> {
        let inside: Vec<u64> = claims
            .iter()
            .map(|claim| claim.index)
            .take_while(|index| *index < self.count)
            .collect();
        let right = self.values(&inside)?;
        let wrong = claims
            .iter()
            .zip(right.iter())
            .position(|(claim, right)| claim.element != right);
        // Beyond the last value there is none that could be right.
        Ok(wrong.or_else(|| (inside.len() < claims.len()).then_some(inside.len())))
    }

    fn value(&self, line: &str) -> Option<Vec<u8>> {
        let digits = line.as_bytes();
        if digits.len() != 2 * self.width {
            return None;
        }
        let digit = |digit: u8| char::from(digit).to_digit(16);
        digits
            .chunks_exact(2)
            .map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8))
            .collect()
    }

    /// Runs the program once: what it printed, if it ended well.
    fn ask(&self, indices: &[u64]) -> Result<String, ExternalError> {
        let unreadable = |source| ExternalError::Read {
            program: self.program.clone(),
            source,
        };
        let begun = Instant::now();
        let mut child = self.start()?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(unreadable(io::ErrorKind::BrokenPipe.into()));
        };
        let question = self.question(indices);
        // Beside each other: neither side may wait for the other to read. A program that does not read all that it is told
        // may still answer rightly, so what cannot be written is no error.
        thread::spawn(move || stdin.write_all(question.as_bytes()));
        let complaint = thread::spawn(move || last_line(stderr.take(COMPLAINT)));
        // A line more than there should be, so that a few too many are counted and endless ones end.
        let most = (2 * self.width as u64 + 2) * (indices.len() as u64 + 1);
        let (sender, answered) = mpsc::channel();
        thread::spawn(move || {
            let mut answer = Vec::new();
            let read = stdout.take(most).read_to_end(&mut answer);
            // Nobody waits any more if the receiver is gone.
            let _ = sender.send(read.map(|_| answer));
        });
        let Ok(answer) = answered.recv_timeout(self.timeout) else {
            stop(&mut child);
            return Err(self.late(indices));
        };
        let answer = answer.map_err(unreadable)?;
        if answer.len() as u64 == most {
            stop(&mut child);
            return Err(ExternalError::TooMuch {
                program: self.program.clone(),
                asked: indices.len(),
                most,
            });
        }
        let status = loop {
            match child.try_wait().map_err(unreadable)? {
                Some(status) => break status,
                None if begun.elapsed() < self.timeout => thread::sleep(ENDING),
                None => {
                    stop(&mut child);
                    return Err(self.late(indices));
                }
            }
        };
        if !status.success() {
            return Err(ExternalError::Failed {
                program: self.program.clone(),
                status,
                complaint: complaint.join().unwrap_or_default(),
            });
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn start(&self) -> Result<Child, ExternalError> {
        let mut command = Command::new(&self.program);
        group(&mut command);
        for (name, _) in env::vars_os() {
            if name.as_encoded_bytes().starts_with(SECRETS) {
                command.env_remove(name);
            }
        }
        command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| ExternalError::Start {
                program: self.program.clone(),
                source,
            })
    }

    fn question(&self, indices: &[u64]) -> String {
        use std::fmt::Write as _;
        let mut question = String::with_capacity(2 * self.input.len() + 8 * indices.len() + 1);
        for byte in &self.input {
            // Writing to a string does not fail.
            let _ = write!(question, "{byte:02x}");
        }
        question.push('\n');
        for index in indices {
            let _ = writeln!(question, "{index}");
        }
        question
    }

    fn late(&self, indices: &[u64]) -> ExternalError {
        ExternalError::Timeout {
            program: self.program.clone(),
            asked: indices.len(),
            timeout: self.timeout,
        }
    }
}

/// Lets a program begin a group of its own, so that what it starts can be stopped with it.
#[cfg(unix)]
fn group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// Where there are no groups, what a program starts is its own affair.
#[cfg(not(unix))]
fn group(_: &mut Command) {}

/// Ends a program and its group.
fn stop(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(group) = i32::try_from(child.id()) {
        // SAFETY: takes no pointer. The group is the child's own, which was not waited for, so its number is not reused.
        unsafe { libc::killpg(group, libc::SIGKILL) };
    }
    // It may be gone already, which is what is wanted; waiting reaps it.
    let _ = child.kill();
    let _ = child.wait();
}

fn last_line(from: impl io::Read) -> String {
    let lines = BufReader::new(from).lines().map_while(Result::ok);
    lines.filter(|line| !line.trim().is_empty()).last().unwrap_or_default()
}
