//! What people see of jobs: where they stand, what happened to them, all of them at once.

mod support;

use std::{collections::BTreeMap, thread, time::Duration};

use serde_json::{Value, json};
use support::{CLIENT, POWERS, REFEREE, REFEREE_ADDRESS, WORKER, World, arg, party::Party, text};

const CLIENT_ADDRESS: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const WORKER_ADDRESS: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

fn id(world: &World, job: &std::path::Path) -> String {
    let status = world.json(CLIENT, &["status", arg(job)]);
    status["jobId"].as_str().unwrap().to_owned()
}

/// Names of a history's events.
fn events(history: &Value) -> Vec<&str> {
    let events = history["events"].as_array().unwrap();
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

/// What each role paid in and got, in wei.
fn balance(history: &Value) -> BTreeMap<&str, i128> {
    let mut balance = BTreeMap::new();
    for event in history["events"].as_array().unwrap() {
        for flow in event["money"].as_array().unwrap() {
            let wei: i128 = flow["wei"].as_str().unwrap().parse().unwrap();
            *balance.entry(flow["role"].as_str().unwrap()).or_default() += wei;
        }
    }
    balance
}

#[test]
fn a_job_is_seen_by_its_id_alone() {
    let world = World::new();
    let job = world.committed("primes:0..1000", &["--predicate", &world.predicate]);
    let id = id(&world, &job);
    let by_file = world.json(CLIENT, &["status", arg(&job)]);
    std::fs::remove_file(&job).unwrap();
    let by_id = world.json(CLIENT, &["status", &id, "--escrow", &world.escrow]);
    for field in ["phase", "root", "count", "atStakeWei", "parties"] {
        assert_eq!(by_id[field], by_file[field], "{field}");
    }
    assert_eq!(by_id["deadline"]["what"], "open to challenge");
    let next = by_id["next"].as_array().unwrap();
    assert!(
        next.iter()
            .any(|next| next["who"] == "client" && next["command"] == "surety accept JOB.json"),
        "{next:?}"
    );
    let unknown = format!("0x{}", "12".repeat(32));
    let refused = world.refused(CLIENT, &["status", &unknown, "--escrow", &world.escrow]);
    assert!(refused.contains("knows no job"), "{refused}");
    let short = world.run(CLIENT, &["history", "0x1234567890"]);
    assert!(
        text(&short.stderr).contains("64 are expected"),
        "{}",
        text(&short.stderr)
    );
}

#[test]
fn the_picture_fits_the_terminal_and_has_colour_only_there() {
    let world = World::new();
    let job = world.delegate("primes:0..1000", &["--predicate", &world.predicate]);
    world.json(WORKER, &["take", arg(&job)]);
    let seen = |columns: &str| {
        let mut command = support::bare(std::path::Path::new(support::NOWHERE));
        command
            .args(["status", arg(&job), "--rpc-url", &world.url])
            .env("COLUMNS", columns);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let wide = seen("100");
    assert!(wide.contains("┃ ● Taken ┃") && wide.contains("│ ✓ Open │"), "{wide}");
    assert!(wide.contains("surety submit"), "{wide}");
    let narrow = seen("50");
    assert!(narrow.contains("● Taken") && !narrow.contains('┃'), "{narrow}");
    for text in [&wide, &narrow] {
        assert!(!text.contains('\x1b'), "{text}");
    }
}

#[test]
fn an_account_sees_its_jobs_and_nobody_elses() {
    let world = World::new();
    let paid = world.committed("primes:0..1000", &["--predicate", &world.predicate]);
    world.json(CLIENT, &["accept", arg(&paid)]);
    let open = world.path("OPEN.json");
    let more = [
        "--escrow",
        &world.escrow,
        "--predicate",
        &world.predicate,
        "--out",
        arg(&open),
    ];
    world.json(CLIENT, &[&["delegate", "primes:0..2000"], &more[..]].concat());
    let jobs = |key: &str| {
        let seen = world.json(key, &["status", "--escrow", &world.escrow]);
        let jobs = seen["jobs"].as_array().unwrap().clone();
        jobs.into_iter()
            .map(|job| (job["phase"].as_str().unwrap().to_owned(), job["roles"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        jobs(CLIENT),
        [("open".into(), json!(["client"])), ("paid".into(), json!(["client"]))],
        "what runs comes first"
    );
    assert_eq!(jobs(WORKER), [("paid".into(), json!(["worker"]))]);
    assert_eq!(jobs(REFEREE), []);
    let named = ["status", "--account", WORKER_ADDRESS, "--escrow", &world.escrow];
    assert_eq!(world.json(REFEREE, &named)["jobs"].as_array().unwrap().len(), 1);
    let all = world.json(REFEREE, &["status", "--everybody", "--escrow", &world.escrow]);
    assert_eq!(all["jobs"].as_array().unwrap().len(), 2);
}

#[test]
fn a_history_tells_every_event_and_its_money_adds_up() {
    let world = World::new();
    let job = world.committed("primes:0..1000", &["--predicate", &world.predicate, "--bond", "0.001"]);
    world.json(CLIENT, &["demand", arg(&job), "--indices", "0,7"]);
    world.json(REFEREE, &["deliver", arg(&job)]);
    world.json(CLIENT, &["accept", arg(&job)]);
    let id = id(&world, &job);
    let history = world.json(REFEREE, &["history", &id, "--escrow", &world.escrow]);
    assert_eq!(
        events(&history),
        [
            "Delegated",
            "OrderTaken",
            "ResultCommitted",
            "Demanded",
            "Delivered",
            "Settled"
        ]
    );
    let gwei = 1_000_000_000;
    let expected = BTreeMap::from([
        ("client", -12_000_000 * gwei),
        ("deliverer", 2_000_000 * gwei),
        ("worker", 10_000_000 * gwei),
    ]);
    assert_eq!(balance(&history), expected);
    let events = history["events"].as_array().unwrap();
    assert!(
        events
            .iter()
            .all(|event| event["time"].as_u64().unwrap() > 1_700_000_000)
    );
    assert_eq!(
        events[0]["sender"],
        json!(CLIENT_ADDRESS.to_lowercase()).to_string().trim_matches('"')
    );
    let said = world.run(CLIENT, &["history", arg(&job)]);
    let said = text(&said.stdout);
    for part in [
        "elements demanded: 0, 7",
        "paid in 0.002 ETH",
        "ended: paid",
        events[5]["transaction"].as_str().unwrap(),
    ] {
        assert!(said.contains(part), "{part} is missing in\n{said}");
    }
}

#[test]
fn a_second_opinion_is_part_of_the_history() {
    let world = World::new();
    let verifier = [
        "--referee",
        REFEREE_ADDRESS,
        "--verifier",
        &world.verifier,
        "--bonus",
        "0.001",
    ];
    let job = world.delegate(POWERS, &[&["--predicate", &world.predicate][..], &verifier].concat());
    world.json(CLIENT, &["case", "appeal", arg(&job), "--fee", "0.002"]);
    world.json(WORKER, &["take", arg(&job)]);
    world.json(REFEREE, &["case", "take", arg(&job)]);
    let status = world.json(REFEREE, &["status", arg(&job)]);
    let next = status["next"].as_array().unwrap();
    let command = format!("surety case seal {}", arg(&job));
    assert!(next.iter().any(|next| next["command"] == *command), "{next:?}");
    world.json(WORKER, &["work", arg(&job)]);
    world.json(WORKER, &["submit", arg(&job)]);
    world.json(REFEREE, &["case", "seal", arg(&job)]);
    world.pass(24 * 3600 + 1);
    world.json(WORKER, &["reveal", arg(&job)]);
    world.json(REFEREE, &["case", "reveal", arg(&job)]);
    world.json(CLIENT, &["confirm", arg(&job)]);
    world.pass(24 * 3600 + 1);
    world.json(REFEREE, &["tick", arg(&job)]);
    world.json(REFEREE, &["case", "settle", arg(&job)]);
    let history = world.json(CLIENT, &["history", arg(&job)]);
    let told = events(&history);
    for event in [
        "Appealed",
        "CaseTaken",
        "OpinionSealed",
        "OpinionRevealed",
        "Confirmed",
        "Settled",
        "CaseClosed",
    ] {
        assert_eq!(
            told.iter().filter(|told| **told == event).count(),
            1,
            "{event} in {told:?}"
        );
    }
    assert_eq!(told.iter().filter(|told| **told == "ReputationChanged").count(), 2);
    let finney = 1_000_000_000_000_000;
    let expected = BTreeMap::from([
        ("client", -13 * finney),
        ("referee", 2 * finney),
        ("worker", 11 * finney),
    ]);
    assert_eq!(balance(&history), expected);
}

#[test]
fn all_jobs_are_watched_as_lines_of_json() {
    let mut world = World::lasting();
    let job = world.delegate("primes:0..1000", &["--predicate", &world.predicate]);
    let once = ["top", "--once", "--escrow", &world.escrow];
    let seen = world.json(CLIENT, &once);
    assert_eq!(
        (&seen["jobs"][0]["phase"], &seen["network"]),
        (&json!("open"), &json!("devnet"))
    );
    let terminal = world.refused(CLIENT, &["top", "--escrow", &world.escrow]);
    assert!(terminal.contains("needs a terminal"), "{terminal}");

    let watch = ["top", "--interval", "50ms", "--escrow", &world.escrow];
    let mut party = Party::start(&world.url, CLIENT, &watch);
    let until = |party: &mut Party, what: &str, said: &dyn Fn(&Value) -> bool| {
        for _ in 0..600 {
            if party.heard().iter().any(said) {
                return;
            }
            assert!(party.is_alive(), "it ended before {what}");
            thread::sleep(Duration::from_millis(50));
        }
        panic!("{what} was never said: {:?}", party.heard());
    };
    until(&mut party, "the job", &|line| line["jobs"][0]["phase"] == "open");
    // A node that is lost is said, and the watching goes on.
    let port = world.url.rsplit(':').next().unwrap().to_owned();
    world.stop_chain();
    until(&mut party, "the trouble", &|line| line["trouble"].is_string());
    world.start_chain(&port);
    world.json(WORKER, &["take", arg(&job)]);
    until(&mut party, "the taking", &|line| line["jobs"][0]["phase"] == "taken");
}
