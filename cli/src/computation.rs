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

    /// The first of the given elements, each with its index, that does not belong to the result.
    pub fn first_wrong<'a>(&self, elements: impl Iterator<Item = (u64, &'a [u8])>) -> Result<Option<u64>> {
        let task = self.task()?;
        let backend = Native::new(&task);
        for (index, element) in elements {
            if !task.holds(index, &[], element, &backend)? {
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
        let primes = task.compute("primes").unwrap();
        assert_eq!(primes.len(), 25);
        let indexed = primes.iter().zip(0..).map(|(prime, index)| (index, prime.as_slice()));
        assert_eq!(task.first_wrong(indexed).unwrap(), None);
        let four = 4u64.to_be_bytes();
        assert_eq!(task.first_wrong([(7, &four[..])].into_iter()).unwrap(), Some(7));
    }

    #[test]
    fn a_table_has_its_count_and_checks_by_index() {
        let seed = "11".repeat(32);
        let task = Computation::parse(&format!("modexp:3:ffffffffffffffc5:{seed}:4")).unwrap();
        assert_eq!(task.shape().unwrap(), (Form::Table, 4, 8));
        let values = task.compute("powers").unwrap();
        assert_eq!(task.first_wrong([(2, values[2].as_slice())].into_iter()).unwrap(), None);
        assert_eq!(
            task.first_wrong([(1, values[2].as_slice())].into_iter()).unwrap(),
            Some(1)
        );
    }

    #[test]
    fn what_is_no_task_is_refused_by_name() {
        let error = format!("{:#}", Computation::parse("weather:tomorrow").unwrap_err());
        assert!(error.contains("`weather:tomorrow` is no task"), "{error}");
        assert!(Computation::from_opening(b"\x05dream", b"").is_err());
    }
}
