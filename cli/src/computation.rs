//! The computations that this tool can carry out, with progress for people who wait.

use std::{
    borrow::Cow,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use surety_contracts::Form;
use surety_engine::{
    compute::Engine,
    verify::{Checked, Extent, verify},
    work::{Done, Order, work},
};
use surety_tasks::{Encoded, Range, Shape, Task};
use surety_wasm::PREDICATE;

use crate::{
    jobfile::JobFile,
    own::{self, Allowed},
};

/// A computation by the bytes that its job commits to; always one that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Computation {
    Task(Encoded),
    Own(own::Job),
}

impl Computation {
    /// Reads a computation as people write it, such as `primes:0..1000000`.
    pub fn parse(text: &str, allowed: &Allowed) -> Result<Self> {
        let wrong = || format!("`{text}` is no task");
        if text.starts_with(own::PREFIX) {
            return Ok(Self::Own(own::Job::parse(text, allowed).with_context(wrong)?));
        }
        Ok(Self::Task(surety_tasks::parse(text).with_context(wrong)?))
    }

    /// Tasks as people write them that share a Set among `parts` jobs, each an equal part of the range.
    pub fn split(text: &str, parts: u64) -> Result<Vec<String>> {
        let range = Self::range_of(text)?;
        ensure!(
            (1..=range.len()).contains(&parts),
            "a range of {} candidates cannot be split in {parts}",
            range.len()
        );
        let border = |part: u64| {
            let offset = u128::from(range.len()) * u128::from(part) / u128::from(parts);
            range.lo() + offset as u64
        };
        (0..parts)
            .map(|part| Self::part(text, border(part), border(part + 1)))
            .collect()
    }

    /// The range of a Set's text.
    pub fn range_of(text: &str) -> Result<Range> {
        let whole =
            || format!("`{text}` cannot be split: only the elements of a set do not depend on their place in it");
        ensure!(!text.starts_with(own::PREFIX), whole());
        let encoded = surety_tasks::parse(text).with_context(|| format!("`{text}` is no task"))?;
        match encoded.task()? {
            Task::Primes(task) => Ok(task.range),
            Task::Preimage(task) => Ok(task.range),
            Task::ModExp(_) | Task::Squarings(_) => bail!(whole()),
        }
    }

    /// The text of a Set with another range.
    pub fn part(text: &str, lo: u64, hi: u64) -> Result<String> {
        // The range is the last field of every Set's text.
        let (before, _) = text.rsplit_once(':').context("a set's text ends in its range")?;
        Ok(format!("{before}:{lo}..{hi}"))
    }

    /// Reads a computation from the bytes that a job's commitments open to.
    pub fn from_opening(function: &[u8], data: &[u8], allowed: &Allowed) -> Result<Self> {
        if let Some(job) = own::Job::from_opening(function, data, allowed) {
            return Ok(Self::Own(
                job.context("this tool cannot carry out the job's computation")?,
            ));
        }
        let encoded = Encoded {
            function: function.to_vec(),
            data: data.to_vec(),
        };
        encoded
            .task()
            .context("this tool does not know the job's computation")?;
        Ok(Self::Task(encoded))
    }

    /// The computation that a job's openings say, if they are those that its terms commit to.
    pub fn of_job(file: &JobFile, allowed: &Allowed) -> Result<Self> {
        file.check_openings()?;
        let opening = file.opening();
        Self::from_opening(&opening.functionBytes, &opening.dataBytes, allowed)
    }

    pub fn function(&self) -> &[u8] {
        &self.encoded().function
    }

    pub fn data(&self) -> &[u8] {
        &self.encoded().data
    }

    fn encoded(&self) -> &Encoded {
        match self {
            Self::Task(encoded) => encoded,
            Self::Own(job) => job.encoded(),
        }
    }

    /// Form, count (zero for a Set) and maxElement that terms for this computation need.
    pub fn shape(&self) -> Result<(Form, u64, u32)> {
        let task = match self {
            Self::Task(encoded) => encoded.task()?,
            Self::Own(job) => return Ok((Form::Table, job.count(), job.own().width)),
        };
        let (form, count) = match task.shape() {
            Shape::Set => (Form::Set, 0),
            Shape::Table { count } => (Form::Table, count),
            Shape::Chain { count } => (Form::Chain, count),
        };
        let element = u32::try_from(task.element_len()).context("the elements of this task are too long")?;
        Ok((form, count, element))
    }

    /// Candidates to look at, or values or states to compute.
    pub fn domain(&self) -> Result<u64> {
        Ok(match self {
            Self::Task(encoded) => encoded.task()?.domain(),
            Self::Own(job) => job.count(),
        })
    }

    /// What is computed, in one line.
    pub fn describe(&self) -> String {
        match self {
            Self::Task(encoded) => encoded.task().map(|task| task.describe()).unwrap_or_default(),
            Self::Own(job) => job.describe(),
        }
    }

    /// Code of the contract that decides about elements as this tool does.
    pub fn predicate(&self) -> Result<&[u8]> {
        match self {
            Self::Task(_) => Ok(PREDICATE.code),
            Self::Own(job) => {
                let own = job.own();
                own.predicate.as_deref().with_context(|| {
                    format!(
                        "the terms name a predicate, but `{}` in {} has none: a predicate could judge by other rules",
                        own.name,
                        own.folder.display()
                    )
                })
            }
        }
    }

    /// What computes its elements and checks them.
    pub fn engine(&self) -> Result<Engine<'_>> {
        Ok(match self {
            Self::Task(encoded) => Engine::new(encoded.task()?),
            Self::Own(job) => Engine::external(job.external()),
        })
    }

    /// The whole result, on all processors. The bar goes to standard error, and only to a terminal.
    pub fn compute(&self, label: impl Into<Cow<'static, str>>) -> Result<Vec<Vec<u8>>> {
        let bar = progress(self.domain()?, label);
        let result = self.engine()?.elements(|done| bar.inc(done))?;
        bar.finish_and_clear();
        Ok(result)
    }

    /// The whole result to a file, on all processors; carries on with one that was begun there.
    pub fn work(&self, path: &Path, max_element: u32, label: impl Into<Cow<'static, str>>) -> Result<Done> {
        let bar = progress(self.domain()?, label);
        let order = Order {
            path,
            max_element,
            function: self.function(),
            data: self.data(),
        };
        // What an earlier process did comes first, and is no measure of the speed of this one.
        let is_first = AtomicBool::new(true);
        let done = work(&self.engine()?, order, |done| {
            if is_first.swap(false, Ordering::Relaxed) {
                bar.set_position(done);
                bar.reset_eta();
            } else {
                bar.inc(done);
            }
        })?;
        bar.finish_and_clear();
        Ok(done)
    }

    /// Checks the result in a file, on all processors.
    pub fn verify(&self, path: &Path, extent: Extent<'_>, label: impl Into<Cow<'static, str>>) -> Result<Checked> {
        let bar = match extent {
            Extent::All => progress(self.domain()?, label),
            Extent::Sample(indices) => progress(indices.len() as u64, label),
            // Reading takes no time worth a bar.
            Extent::Against(_) => ProgressBar::hidden(),
        };
        let checked = verify(&self.engine()?, path, extent, |done| bar.inc(done))?;
        bar.finish_and_clear();
        Ok(checked)
    }

    /// Carries a Chain on from its last state to its end.
    pub fn carry_on(&self, states: &mut Vec<Vec<u8>>) -> Result<()> {
        let (from, to) = (states.len() as u64, self.domain()?);
        let last = states.last().cloned().unwrap_or_default();
        for batch in self.engine()?.compute(from, to, &last, |_| {})? {
            states.extend(batch.iter().map(<[u8]>::to_vec));
        }
        Ok(())
    }
}

fn progress(length: u64, label: impl Into<Cow<'static, str>>) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(label);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {human_pos}/{human_len} {per_sec}, {eta} left") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Computation {
        Computation::parse(text, &Allowed::default()).unwrap()
    }

    #[test]
    fn a_task_is_the_same_from_text_and_from_its_bytes() {
        let task = parse("primes:0..100");
        assert_eq!(
            Computation::from_opening(task.function(), task.data(), &Allowed::default()).unwrap(),
            task
        );
        assert_eq!(task.shape().unwrap(), (Form::Set, 0, 8));
        assert_eq!(task.compute("primes").unwrap().len(), 25);
    }

    #[test]
    fn what_is_worked_to_a_file_is_right_and_has_the_count_of_the_terms() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        let table = format!("modexp:3:ffffffffffffffc5:{}:4", "11".repeat(32));
        for (text, shape) in [
            ("primes:0..100", (Form::Set, 0, 8)),
            (table.as_str(), (Form::Table, 4, 8)),
            ("squarings:5:ffffffffffffffc5:10:20", (Form::Chain, 21, 8)),
        ] {
            let task = parse(text);
            assert_eq!(task.shape().unwrap(), shape);
            let done = task.work(&path, 8, "working").unwrap();
            for extent in [Extent::All, Extent::Sample(&[1, 3])] {
                let checked = task.verify(&path, extent, "checking").unwrap();
                assert_eq!(
                    (checked.root, checked.count, checked.finding),
                    (done.root, done.count, None)
                );
            }
        }
    }

    #[test]
    fn a_chain_is_carried_on_from_whatever_state_it_has() {
        let task = parse("squarings:5:ffffffffffffffc5:10:20");
        let states = task.compute("states").unwrap();
        let mut again = states[..10].to_vec();
        task.carry_on(&mut again).unwrap();
        assert_eq!(again, states);
        let mut wrong = states[..10].to_vec();
        wrong[9][7] ^= 1;
        task.carry_on(&mut wrong).unwrap();
        assert_eq!((wrong.len(), &wrong[..9]), (states.len(), &states[..9]));
        assert!(wrong[10..].iter().zip(&states[10..]).all(|(a, b)| a != b));
    }

    #[test]
    fn a_set_is_split_without_gap_or_overlap() {
        let parts = Computation::split("preimage:c0:4:10..31", 4).unwrap();
        assert_eq!(
            parts,
            [
                "preimage:c0:4:10..15",
                "preimage:c0:4:15..20",
                "preimage:c0:4:20..25",
                "preimage:c0:4:25..31"
            ]
        );
        let elements = |text: &String| parse(text).compute("elements").unwrap();
        let whole = elements(&"preimage:c0:4:10..31".to_owned());
        assert_eq!(parts.iter().flat_map(elements).collect::<Vec<_>>(), whole);
        assert_eq!(
            Computation::split(&format!("primes:0..{}", u64::MAX), 2).unwrap().len(),
            2
        );
        for (text, parts) in [
            ("primes:3..5", 3),
            ("primes:3..5", 0),
            ("squarings:5:ffffffffffffffc5:10:20", 2),
        ] {
            assert!(Computation::split(text, parts).is_err(), "{text} in {parts}");
        }
    }

    #[test]
    fn what_is_no_task_is_refused_by_name() {
        let error = format!(
            "{:#}",
            Computation::parse("weather:tomorrow", &Allowed::default()).unwrap_err()
        );
        assert!(error.contains("`weather:tomorrow` is no task"), "{error}");
        assert!(Computation::from_opening(b"\x05dream", b"", &Allowed::default()).is_err());
    }
}
