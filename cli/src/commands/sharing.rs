//! Sharing one Set among many jobs, each with a part of its range.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::client;
use crate::{
    args::{DelegateArgs, GlobalArgs},
    computation::Computation,
    context::Report,
};

/// `surety delegate`, of one job or of many.
pub async fn delegate(global: &GlobalArgs, args: &DelegateArgs) -> Result<Report> {
    let Some(parts) = args.split else {
        return client::delegate(global, args).await;
    };
    let tasks = Computation::split(&args.task, parts)?;
    let jobs: Vec<_> = (1..)
        .zip(tasks)
        .map(|(number, task)| (numbered(&args.out, number), task))
        .collect();
    // Before the first of them is paid for.
    for (path, _) in &jobs {
        ensure!(
            !path.exists(),
            "{} exists: name other job files with --out",
            path.display()
        );
    }
    let (mut texts, mut reports) = (Vec::new(), Vec::new());
    for (number, (out, task)) in (1..).zip(jobs) {
        let part = DelegateArgs {
            task,
            out,
            split: None,
            ..args.clone()
        };
        let report = client::delegate(global, &part).await;
        let report =
            report.with_context(|| format!("part {number} of {parts} was not delegated, those before it were"))?;
        texts.push(report.text);
        reports.push(report.json);
    }
    Ok(Report::new(texts.join("\n"), json!({ "jobs": reports })))
}

/// `JOB.json` and 3 make `JOB-3.json`.
fn numbered(path: &Path, number: u64) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = match path.extension() {
        Some(extension) => format!("{stem}-{number}.{}", extension.to_string_lossy()),
        None => format!("{stem}-{number}"),
    };
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_files_are_numbered_before_their_ending() {
        assert_eq!(numbered(Path::new("a/JOB.json"), 3), Path::new("a/JOB-3.json"));
        assert_eq!(numbered(Path::new("JOB"), 12), Path::new("JOB-12"));
    }
}
