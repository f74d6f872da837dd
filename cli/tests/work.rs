//! `surety work` killed in the middle of a job, and the one after it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// 300 powers modulo 2048 bits with as wide an exponent: seconds of work, in batches that begin small.
const JOB: &str = include_str!("jobs/powers.json");

/// Bytes of a journal before its records, and of a record.
const HEAD: u64 = 40;
const RECORD: u64 = 88;

/// Longer than the whole job takes on any machine.
const PATIENCE: Duration = Duration::from_secs(300);

fn work(job: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_surety"));
    command.arg("work").arg(job).arg("--json");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn beside(job: &Path, what: &str) -> PathBuf {
    job.with_extension(what)
}

/// Records noted so far.
fn records(job: &Path) -> u64 {
    let size = fs::metadata(beside(job, "result.journal")).map_or(0, |journal| journal.len());
    size.saturating_sub(HEAD) / RECORD
}

/// Waits until so many records are noted. False: the process ended before.
fn noted(child: &mut Child, job: &Path, wanted: u64) -> bool {
    let begun = Instant::now();
    while records(job) < wanted {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(begun.elapsed() < PATIENCE, "{} records", records(job));
        thread::sleep(Duration::from_millis(1));
    }
    true
}

fn finish(job: &Path) -> Value {
    let output = work(job).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_worker_that_is_killed_loses_nothing_that_it_noted() {
    let folder = tempfile::tempdir().unwrap();
    let (job, other) = (folder.path().join("JOB.json"), folder.path().join("OTHER.json"));
    fs::write(&job, JOB).unwrap();
    fs::write(&other, JOB).unwrap();
    // Killed twice, the second time after it has carried on.
    for wanted in [1, 2] {
        let mut child = work(&job).spawn().unwrap();
        assert!(
            noted(&mut child, &job, wanted),
            "the job is longer than {wanted} batches"
        );
        // SIGKILL, which no process can answer.
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!beside(&job, "result").exists(), "half a result is no result");
    }
    let carried_on = finish(&job);
    assert!(carried_on["resumed"].as_u64().unwrap() > 0, "{carried_on}");
    let whole = finish(&other);
    assert_eq!(whole["resumed"], 0);
    assert_eq!(
        (&carried_on["root"], &carried_on["count"]),
        (&whole["root"], &whole["count"])
    );
    let read = |job: &Path| fs::read(beside(job, "result")).unwrap();
    assert!(read(&job) == read(&other), "the files are the same to the byte");
    for left in ["result.journal", "result.partial"] {
        assert!(!beside(&job, left).exists());
    }
}

#[test]
fn two_workers_do_not_write_the_same_result() {
    let folder = tempfile::tempdir().unwrap();
    let job = folder.path().join("JOB.json");
    fs::write(&job, JOB).unwrap();
    let mut first = work(&job).spawn().unwrap();
    assert!(noted(&mut first, &job, 1));
    let second = work(&job).output().unwrap();
    let complaint = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        !second.status.success() && complaint.contains("another process"),
        "{complaint}"
    );
    first.kill().unwrap();
    first.wait().unwrap();
}
