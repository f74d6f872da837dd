//! The computations that this tool can carry out, with progress for people who wait.

use std::borrow::Cow;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use surety_contracts::Form;
use surety_tasks::{Encoded, Native, Shape, Task};

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
        let result = surety_tasks::compute(&task, |done| bar.inc(done))?;
        bar.finish_and_clear();
        Ok(result)
    }

    /// Carries a Chain on from its last state to its end.
    pub fn carry_on(&self, states: &mut Vec<Vec<u8>>) -> Result<()> {
        let task = self.task()?;
        Ok(surety_tasks::continue_chain(&task, states, task.domain(), |_| {})?)
    }

    /// The first of the elements with these indices that does not belong to the result, or does not follow from the one
    /// before it. Indices beyond the elements are left out.
    pub fn first_wrong(&self, elements: &[Vec<u8>], indices: impl IntoIterator<Item = u64>) -> Result<Option<u64>> {
        let task = self.task()?;
        let is_chain = matches!(task.shape(), Shape::Chain { .. });
        let backend = Native::new(&task);
        let at = |index: u64| usize::try_from(index).ok().and_then(|index| elements.get(index));
        for index in indices {
            let Some(element) = at(index) else { continue };
            let previous = index.checked_sub(1).and_then(at).filter(|_| is_chain);
            if !task.holds(index, previous.map_or(&[], Vec::as_slice), element, &backend)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
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
        let mut primes = task.compute("primes").unwrap();
        assert_eq!(primes.len(), 25);
        assert_eq!(task.first_wrong(&primes, 0..30).unwrap(), None);
        primes[7] = 4u64.to_be_bytes().to_vec();
        assert_eq!(task.first_wrong(&primes, [3, 7]).unwrap(), Some(7));
    }

    #[test]
    fn a_table_has_its_count_and_checks_by_index() {
        let seed = "11".repeat(32);
        let task = Computation::parse(&format!("modexp:3:ffffffffffffffc5:{seed}:4")).unwrap();
        assert_eq!(task.shape().unwrap(), (Form::Table, 4, 8));
        let mut values = task.compute("powers").unwrap();
        assert_eq!(task.first_wrong(&values, [2]).unwrap(), None);
        values[1] = values[2].clone();
        assert_eq!(task.first_wrong(&values, 0..4).unwrap(), Some(1));
    }

    #[test]
    fn a_chain_checks_by_steps_and_carries_on() {
        let task = Computation::parse("squarings:5:ffffffffffffffc5:10:20").unwrap();
        assert_eq!(task.shape().unwrap(), (Form::Chain, 21, 8));
        let states = task.compute("states").unwrap();
        assert_eq!(states[0], 5u64.to_be_bytes());
        assert_eq!(task.first_wrong(&states, 0..21).unwrap(), None);
        let mut wrong = states[..10].to_vec();
        wrong[9][7] ^= 1;
        task.carry_on(&mut wrong).unwrap();
        assert_eq!(wrong.len(), states.len());
        assert_eq!(
            task.first_wrong(&wrong, 0..21).unwrap(),
            Some(9),
            "only one step of it is wrong"
        );
        assert_eq!(task.first_wrong(&wrong, 10..21).unwrap(), None);
    }

    #[test]
    fn what_is_no_task_is_refused_by_name() {
        let error = format!("{:#}", Computation::parse("weather:tomorrow").unwrap_err());
        assert!(error.contains("`weather:tomorrow` is no task"), "{error}");
        assert!(Computation::from_opening(b"\x05dream", b"").is_err());
    }
}
