//! What a job asks of an own computation, and the bytes that it commits to.

use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use surety_engine::compute::External;
use surety_protocol::Digest;
use surety_tasks::Encoded;

use super::{Allowed, folder::Own};
use crate::units;

/// What the text of an own computation begins with.
pub const PREFIX: &str = "own:";
/// What its function's bytes begin with, after the length.
const NAME: &[u8] = b"\x03own";
/// The escrow counts no further.
const MOST: u64 = (1 << 48) - 1;

/// So many values of an own computation on some input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    own: Arc<Own>,
    input: Vec<u8>,
    count: u64,
    encoded: Encoded,
}

impl Job {
    /// Reads `own:NAME:INPUTHEX:COUNT`.
    pub fn parse(text: &str, allowed: &Allowed) -> Result<Self> {
        let fields: Vec<&str> = text.trim_start_matches(PREFIX).split(':').collect();
        let [name, input, count] = fields[..] else {
            bail!("expected own:NAME:INPUTHEX:COUNT");
        };
        let input = hex::decode(input)
            .ok()
            .with_context(|| format!("expected the input as bytes in hexadecimal, not {input:?}"))?;
        let count = count
            .parse()
            .ok()
            .with_context(|| format!("expected a whole number of values, not {count:?}"))?;
        Self::new(allowed.named(name)?, input, count)
    }

    /// Reads what a job's commitments open to. None if that is no own computation at all.
    pub fn from_opening(function: &[u8], data: &[u8], allowed: &Allowed) -> Option<Result<Self>> {
        let rest = function.strip_prefix(NAME)?;
        Some(Self::decode(rest, data, allowed))
    }

    fn decode(function: &[u8], data: &[u8], allowed: &Allowed) -> Result<Self> {
        let (width, digest) = function
            .split_first_chunk()
            .and_then(|(width, digest)| Some((u32::from_be_bytes(*width), Digest::try_from(digest).ok()?)))
            .with_context(|| format!("an own computation of {} bytes, not 36, is none", function.len()))?;
        let (count, input) = data
            .split_first_chunk()
            .with_context(|| format!("data of {} bytes has no count", data.len()))?;
        let own = allowed.with_digest(&digest)?;
        ensure!(
            own.width == width,
            "the job asks for elements of {width} bytes, `{}` makes {}",
            own.name,
            own.width
        );
        Self::new(own, input.to_vec(), u64::from_be_bytes(*count))
    }

    fn new(own: Own, input: Vec<u8>, count: u64) -> Result<Self> {
        ensure!(
            (1..=MOST).contains(&count),
            "{count} values are none, or more than the escrow counts"
        );
        let encoded = Encoded {
            function: [NAME, &own.width.to_be_bytes(), &own.digest].concat(),
            data: [&count.to_be_bytes()[..], &input].concat(),
        };
        Ok(Self {
            own: own.into(),
            input,
            count,
            encoded,
        })
    }

    pub fn own(&self) -> &Own {
        &self.own
    }

    pub const fn count(&self) -> u64 {
        self.count
    }

    pub const fn encoded(&self) -> &Encoded {
        &self.encoded
    }

    pub fn describe(&self) -> String {
        format!(
            "{} values of `{}` on {} bytes of input",
            units::grouped(self.count),
            self.own.name,
            self.input.len()
        )
    }

    /// As the engine runs it.
    pub fn external(&self) -> External {
        let own = &self.own;
        External {
            program: own.program.clone(),
            arguments: own.arguments.clone(),
            folder: own.folder.clone(),
            width: own.width as usize,
            batch: own.batch,
            timeout: own.timeout,
            input: self.input.clone(),
            count: self.count,
        }
    }
}
