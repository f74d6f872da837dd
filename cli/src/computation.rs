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
    compute::{Engine, compute},
    verify::{Checked, Extent, verify},
    work::{Done, Order, work},
};
use surety_tasks::{Encoded, Shape, Task};

/// A task by the bytes that its job commits to; always one that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computation {
    encoded: Encoded,
}

impl Computation {
    /// Reads a task as people write it, such as `primes:0..1000000`.
    pub fn parse(text: &str) -> Result<Self> {
        let encoded = surety_tasks::parse(text).with_context(|| format!("`{text}` is no task"))?;
        Ok(Self { encoded })
    }

    /// Tasks as people write them that share a Set among `parts` jobs, each an equal part of the range.
    pub fn split(text: &str, parts: u64) -> Result<Vec<String>> {
        let computation = Self::parse(text)?;
        let range = match computation.task()? {
            Task::Primes(task) => task.range,
            Task::Preimage(task) => task.range,
            Task::ModExp(_) | Task::Squarings(_) => {
                bail!("`{text}` cannot be split: only the elements of a set do not depend on their place in it")
            }
        };
        ensure!(
            (1..=range.len()).contains(&parts),
            "a range of {} candidates cannot be split in {parts}",
            range.len()
        );
        let border = |part: u64| {
            let offset = u128::from(range.len()) * u128::from(part) / u128::from(parts);
            range.lo() + offset as u64
        };
        // The range is the last field of every Set's text.
        let (before, _) = text.rsplit_once(':').context("a set's text ends in its range")?;
        Ok((0..parts)
            .map(|part| format!("{before}:{}..{}", border(part), border(part + 1)))
            .collect())
    }

    /// Reads a task from the bytes that a job's commitments open to.
    pub fn from_opening(function: &[u8], data: &[u8]) -> Result<Self> {
        let encoded = Encoded {
            function: function.to_vec(),
            data: data.to_vec(),
        };
        encoded.task()?;
        Ok(Self { encoded })
    }

    pub fn function(&self) -> &[u8] {
        &self.encoded.function
    }

    pub fn data(&self) -> &[u8] {
        &self.encoded.data
    }

    /// Form, count (zero for a Set) and maxElement that terms for this computation need.
    pub fn shape(&self) -> Result<(Form, u64, u32)> {
        let task = self.task()?;
        let (form, count) = match task.shape() {
            Shape::Set => (Form::Set, 0),
            Shape::Table { count } => (Form::Table, count),
            Shape::Chain { count } => (Form::Chain, count),
        };
        let element = u32::try_from(task.element_len()).context("the elements of this task are too long")?;
        Ok((form, count, element))
    }

    /// What is computed, in one line.
    pub fn describe(&self) -> String {
        self.task().map(|task| task.describe()).unwrap_or_default()
    }

    /// The whole result, on all processors. The bar goes to standard error, and only to a terminal.
    pub fn compute(&self, label: impl Into<Cow<'static, str>>) -> Result<Vec<Vec<u8>>> {
        let task = self.task()?;
        let bar = progress(task.domain(), label);
        let result = compute(task, |done| bar.inc(done))?;
        bar.finish_and_clear();
        Ok(result)
    }

    /// The whole result to a file, on all processors; carries on with one that was begun there.
    pub fn work(&self, path: &Path, max_element: u32, label: impl Into<Cow<'static, str>>) -> Result<Done> {
        let task = self.task()?;
        let bar = progress(task.domain(), label);
        let order = Order {
            path,
            max_element,
            function: self.function(),
            data: self.data(),
        };
        // What an earlier process did comes first, and is no measure of the speed of this one.
        let is_first = AtomicBool::new(true);
        let done = work(&Engine::new(task), order, |done| {
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
        let task = self.task()?;
        let bar = match extent {
            Extent::All => progress(task.domain(), label),
            Extent::Sample(indices) => progress(indices.len() as u64, label),
            // Reading takes no time worth a bar.
            Extent::Against(_) => ProgressBar::hidden(),
        };
        let checked = verify(&Engine::new(task), path, extent, |done| bar.inc(done))?;
        bar.finish_and_clear();
        Ok(checked)
    }

    /// Carries a Chain on from its last state to its end.
    pub fn carry_on(&self, states: &mut Vec<Vec<u8>>) -> Result<()> {
        let task = self.task()?;
        let (from, to) = (states.len() as u64, task.domain());
        let last = states.last().cloned().unwrap_or_default();
        for batch in Engine::new(task).compute(from, to, &last, |_| {})? {
            states.extend(batch.iter().map(<[u8]>::to_vec));
        }
        Ok(())
    }

    fn task(&self) -> Result<Task<'_>> {
        Ok(self.encoded.task()?)
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

    #[test]
    fn a_task_is_the_same_from_text_and_from_its_bytes() {
        let task = Computation::parse("primes:0..100").unwrap();
        assert_eq!(Computation::from_opening(task.function(), task.data()).unwrap(), task);
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
            let task = Computation::parse(text).unwrap();
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
        let task = Computation::parse("squarings:5:ffffffffffffffc5:10:20").unwrap();
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
        let elements = |text: &String| Computation::parse(text).unwrap().compute("elements").unwrap();
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
        let error = format!("{:#}", Computation::parse("weather:tomorrow").unwrap_err());
        assert!(error.contains("`weather:tomorrow` is no task"), "{error}");
        assert!(Computation::from_opening(b"\x05dream", b"").is_err());
    }
}
