//! A set shared among jobs, from `delegate --split` to `join`.

mod support;

use std::{fs, path::Path};

use support::{CLIENT, WORKER, World, arg};

const WHOLE: &str = "primes:0..30000";

/// A command line that joins these jobs.
fn join<'a>(parts: &[&'a str], out: &'a Path) -> Vec<&'a str> {
    [&["join", WHOLE], parts, &["--out", arg(out)]].concat()
}

#[test]
fn a_set_shared_among_jobs_is_joined_to_the_result_of_the_whole() {
    let world = World::new();
    let out = world.path("JOB.json");
    let args = [
        "delegate",
        WHOLE,
        "--escrow",
        &world.escrow,
        "--predicate",
        &world.predicate,
    ];
    let delegated = world.json(CLIENT, &[&args[..], &["--split", "3", "--out", arg(&out)]].concat());
    assert_eq!(delegated["jobs"].as_array().unwrap().len(), 3);
    let parts: Vec<_> = (1..=3)
        .map(|number| world.path(&format!("JOB-{number}.json")))
        .collect();
    let (joined, whole) = (world.path("JOINED.result"), world.path("WHOLE.result"));
    let all: Vec<&str> = parts.iter().map(|path| arg(path)).collect();

    for part in &parts {
        world.json(WORKER, &["take", arg(part)]);
        world.json(WORKER, &["work", arg(part)]);
        world.json(WORKER, &["submit", arg(part)]);
        assert!(
            world.json(CLIENT, &["verify", arg(part), "--all"])["right"]
                .as_bool()
                .unwrap()
        );
    }
    let unpaid = world.refused(CLIENT, &join(&all, &joined));
    assert!(unpaid.contains("is not accepted: the job is committed"), "{unpaid}");
    for part in &parts {
        world.json(CLIENT, &["accept", arg(part)]);
    }

    for (given, complaint) in [
        ([all[0], all[1]].as_slice(), "nothing covers 20000..30000"),
        (&[all[1], all[2]], "nothing covers 0..10000"),
        (&[all[2], all[0]], "nothing covers 10000..20000"),
        (&[all[0], all[1], all[1], all[2]], "which another part covers too"),
    ] {
        let said = world.refused(CLIENT, &join(given, &joined));
        assert!(said.contains(complaint), "{said}");
    }
    let foreign = world.refused(
        CLIENT,
        &["join", "preimage:c0:4:0..30000", all[0], "--out", arg(&joined)],
    );
    assert!(foreign.contains("is no part of preimage:c0:4:0..30000"), "{foreign}");
    // One part's file holds another part's result.
    let result = world.path("JOB-2.result");
    let right = fs::read(&result).unwrap();
    fs::copy(world.path("JOB-1.result"), &result).unwrap();
    let other = world.refused(CLIENT, &join(&all, &joined));
    assert!(other.contains("not the result that was committed"), "{other}");
    fs::write(&result, right).unwrap();
    assert!(!joined.exists(), "nothing was written");

    let reported = world.json(CLIENT, &join(&[all[2], all[0], all[1]], &joined));
    let job = world.delegate(WHOLE, &["--predicate", &world.predicate]);
    let worked = world.json(WORKER, &["work", arg(&job), "--out", arg(&whole)]);
    assert_eq!(
        (&reported["root"], &reported["count"]),
        (&worked["root"], &worked["count"])
    );
    assert!(
        fs::read(&joined).unwrap() == fs::read(&whole).unwrap(),
        "the same to the byte as the result of one job"
    );
    let again = world.refused(CLIENT, &join(&all, &joined));
    assert!(again.contains("exists"), "{again}");
}
