//! The binary as people run it: a chain of its own, three keys, whole jobs, and bad input.

mod support;

use std::{fs, path::Path};

use serde_json::Value;
use support::{CLIENT, POWERS, REFEREE, REFEREE_ADDRESS, WORKER, World, arg, complaint, surety, text};

/// A key that nobody ever sent money to.
const PAUPER: &str = "0x00000000000000000000000000000000000000000000000000000000deadbeef";

#[test]
fn completions_and_man_pages_follow_from_the_commands() {
    let output = |args: &[&str]| {
        let run = surety("", WORKER, args);
        assert!(run.status.success(), "{}", text(&run.stderr));
        text(&run.stdout)
    };
    for shell in ["bash", "zsh", "fish"] {
        assert!(output(&["completions", shell]).contains("delegate"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    output(&["man", "--out", arg(folder.path())]);
    let page = fs::read_to_string(folder.path().join("surety-delegate.1")).unwrap();
    assert!(page.contains(".TH") && page.contains("reward"), "{page}");
}

#[test]
fn an_honest_job_is_checked_and_paid() {
    let world = World::new();
    let job = world.committed("primes:0..20000", &["--predicate", &world.predicate]);
    let verified = world.json(CLIENT, &["verify", arg(&job), "--all"]);
    // There are 2,262 primes below 20,000.
    assert_eq!(
        (&verified["right"], &verified["checked"]),
        (&Value::from(true), &Value::from(2262))
    );
    let sampled = world.json(CLIENT, &["verify", arg(&job), "--sampler", "seeded", "--sample", "100"]);
    assert_eq!(sampled["indices"].as_array().unwrap().len(), 100);
    world.json(CLIENT, &["demand", arg(&job), "--indices", "0,7,2261"]);
    assert_eq!(world.phase(&job), "demanded");
    world.json(WORKER, &["deliver", arg(&job)]);
    assert_eq!(world.phase(&job), "committed");
    let nothing = world.refused(REFEREE, &["judge", arg(&job)]);
    assert!(nothing.contains("nothing to judge"), "{nothing}");
    world.json(CLIENT, &["accept", arg(&job)]);
    assert_eq!(world.phase(&job), "paid");
    assert!(world.refused(CLIENT, &["tick", arg(&job)]).contains("nothing is due"));
}

#[test]
fn a_false_result_is_found_and_judged_by_anybody() {
    let world = World::new();
    let job = world.delegate("primes:0..1000", &["--predicate", &world.predicate]);
    // The primes below 500 instead.
    world.submit_from(&job, "primes:0..500");

    let sampled = world.run(CLIENT, &["verify", arg(&job), "--sample", "20"]);
    assert!(sampled.status.success(), "no sample tells what is missing");
    let verified = world.run(CLIENT, &["verify", arg(&job), "--all", "--json"]);
    assert!(!verified.status.success());
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(
        (&verified["fault"], &verified["at"]),
        (&Value::from("missing element"), &Value::from(95))
    );
    let wrong = world.refused(
        REFEREE,
        &["judge", arg(&job), "--fault", "wrong-element", "--index", "3"],
    );
    assert!(wrong.contains("NotAFault"), "{wrong}");
    world.json(REFEREE, &["judge", arg(&job)]);
    assert_eq!(world.phase(&job), "convicted");
}

#[test]
fn without_a_predicate_the_referee_has_the_word() {
    let world = World::new();
    let job = world.committed(POWERS, &["--referee", REFEREE_ADDRESS, "--bonus", "0.001"]);
    world.json(CLIENT, &["dispute", arg(&job)]);
    let refused = world.refused(
        CLIENT,
        &["judge", arg(&job), "--fault", "wrong-element", "--index", "3"],
    );
    assert!(refused.contains("only the referee"), "{refused}");
    world.json(REFEREE, &["confirm", arg(&job)]);
    let status = world.json(CLIENT, &["status", arg(&job)]);
    assert_eq!(
        (&status["phase"], &status["confirmed"]),
        (&Value::from("committed"), &Value::from(true))
    );
}

#[test]
fn a_sealed_result_stays_hidden_until_its_time() {
    let world = World::new();
    let job = world.committed(POWERS, &["--predicate", &world.predicate, "--sealed"]);
    assert_eq!(world.phase(&job), "sealed");
    let early = world.refused(WORKER, &["reveal", arg(&job)]);
    assert!(early.contains("TooEarly"), "{early}");
}

#[test]
fn terms_that_make_cheating_pay_are_warned_of() {
    let world = World::new();
    let careless = |out: &Path, more: &[&str]| {
        let args = [
            "delegate",
            "primes:0..1000",
            "--escrow",
            &world.escrow,
            "--predicate",
            &world.predicate,
            "--check-odds",
            "0.1",
            "--json",
            "--out",
            arg(out),
        ];
        let output = world.run(CLIENT, &[&args[..], more].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        (json, text(&output.stderr))
    };
    let (json, said) = careless(&world.path("a.json"), &[]);
    assert_eq!(json["warning"]["kind"], "cheating pays");
    assert!(
        said.starts_with("surety: warning: a worker that cheats is better off"),
        "{said}"
    );
    let (json, said) = careless(&world.path("b.json"), &["--no-warn"]);
    assert_eq!((&json["warning"], said.as_str()), (&Value::Null, ""));
    let (json, said) = careless(&world.path("c.json"), &["--work-cost", "0.001"]);
    assert_eq!(
        (&json["warning"], said.as_str()),
        (&Value::Null, ""),
        "0.1 x 0.03 ETH at stake exceed 0.001 saved"
    );
}

#[test]
fn a_second_opinion_confirms_the_result_and_both_are_paid() {
    let world = World::new();
    let verifier = ["--referee", REFEREE_ADDRESS, "--verifier", &world.verifier];
    let job = world.delegate(POWERS, &[&["--predicate", &world.predicate][..], &verifier].concat());
    world.json(
        CLIENT,
        &["case", "appeal", arg(&job), "--fee", "0.002", "--bonus", "0.001"],
    );
    let early = world.refused(REFEREE, &["case", "take", arg(&job)]);
    assert!(early.contains("the job is open"), "{early}");
    world.json(WORKER, &["take", arg(&job)]);
    world.json(REFEREE, &["case", "take", arg(&job)]);
    world.json(WORKER, &["work", arg(&job)]);
    world.json(WORKER, &["submit", arg(&job)]);
    let sealed = world.json(REFEREE, &["case", "seal", arg(&job)]);
    assert_eq!(sealed["casePhase"], "sealed");
    assert!(world.path("JOB.seal.json").exists() && world.path("JOB.opinion.json").exists());
    world.pass(24 * 3600 + 1);
    world.json(WORKER, &["reveal", arg(&job)]);
    let unrevealed = world.refused(CLIENT, &["confirm", arg(&job)]);
    assert!(unrevealed.contains("NotRevealed"), "{unrevealed}");
    world.json(REFEREE, &["case", "reveal", arg(&job)]);
    world.json(CLIENT, &["confirm", arg(&job)]);
    world.json(WORKER, &["publish", arg(&job)]);
    world.json(CLIENT, &["accept", arg(&job)]);
    world.json(REFEREE, &["case", "settle", arg(&job)]);
    assert_eq!(
        world.json(CLIENT, &["case", "status", arg(&job)])["casePhase"],
        "closed"
    );
    let score = world.json(CLIENT, &["reputation", REFEREE_ADDRESS, "--verifier", &world.verifier]);
    assert_eq!((&score["score"], &score["upheld"]), (&1.into(), &1.into()));
    let again = world.refused(CLIENT, &["case", "settle", arg(&job)]);
    assert!(again.contains("the case is closed"), "{again}");
}

#[test]
fn a_job_without_verifier_takes_no_second_opinion() {
    let world = World::new();
    let job = world.delegate(POWERS, &["--predicate", &world.predicate]);
    let refused = world.refused(CLIENT, &["case", "appeal", arg(&job)]);
    assert!(refused.contains("takes no second opinion"), "{refused}");
}

#[test]
fn a_chain_is_computed_checked_and_judged_by_its_steps() {
    let world = World::new();
    let chain = |start| format!("squarings:{start}:ffffffffffffffffffffffffffffffc5:16:500");
    let job = world.delegate(&chain("1234"), &["--predicate", &world.predicate]);
    // From another start.
    world.submit_from(&job, &chain("1235"));
    let verified = world.run(CLIENT, &["verify", arg(&job), "--all", "--json"]);
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((&verified["fault"], &verified["at"]), (&"wrong step".into(), &0.into()));
    let right = world.refused(
        REFEREE,
        &["judge", arg(&job), "--fault", "wrong-step", "--index", "250"],
    );
    assert!(right.contains("NotAFault"), "{right}");
    world.json(REFEREE, &["judge", arg(&job)]);
    assert_eq!(world.phase(&job), "convicted");
}

#[test]
fn a_job_that_nobody_took_can_be_cancelled() {
    let world = World::new();
    let job = world.delegate("primes:0..1000", &["--predicate", &world.predicate]);
    let stranger = world.refused(WORKER, &["cancel", arg(&job)]);
    assert!(stranger.contains("NotClient"), "{stranger}");
    world.json(CLIENT, &["cancel", arg(&job)]);
    assert_eq!(world.phase(&job), "refunded");
    let late = world.refused(WORKER, &["take", arg(&job)]);
    assert!(late.contains("it is refunded"), "{late}");
}

#[test]
fn bad_input_is_one_line_that_says_what_to_do() {
    let world = World::new();
    let job = world.committed("primes:0..1000", &["--predicate", &world.predicate]);
    let job = arg(&job);

    let result = world.path("JOB.result");
    let mut bytes = fs::read(&result).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&result, bytes).unwrap();
    let corrupt = world.refused(CLIENT, &["verify", job]);
    assert!(corrupt.contains("is corrupt"), "{corrupt}");

    let nowhere = complaint(&surety("http://127.0.0.1:1", CLIENT, &["status", job]));
    assert!(nowhere.contains("cannot reach http://127.0.0.1:1"), "{nowhere}");
    let nonsense = complaint(&surety("nonsense", CLIENT, &["status", job]));
    assert!(nonsense.contains("is no RPC URL"), "{nonsense}");

    let poor = world.refused(PAUPER, &["accept", job]);
    assert!(
        poor.contains("has 0 ETH") && poor.contains("send it some ether"),
        "{poor}"
    );
    let keyless = world.refused("not a key", &["accept", job]);
    assert!(keyless.contains("64 hexadecimal digits"), "{keyless}");

    let empty = world.path("empty.json");
    let args = [
        "delegate",
        "primes:0..9",
        "--escrow",
        REFEREE_ADDRESS,
        "--predicate",
        &world.predicate,
        "--out",
    ];
    let nobody = world.refused(CLIENT, &[&args[..], &[arg(&empty)]].concat());
    assert!(nobody.contains("no contract at"), "{nobody}");
    assert!(!empty.exists(), "nothing was delegated");
    let args = [
        "delegate",
        "primes:9..0",
        "--escrow",
        &world.escrow,
        "--predicate",
        &world.predicate,
        "--out",
    ];
    let backwards = world.refused(CLIENT, &[&args[..], &[arg(&empty)]].concat());
    assert!(backwards.contains("LO below HI"), "{backwards}");
    let args = ["delegate", "primes:0..9", "--escrow", &world.escrow, "--out"];
    let unjudged = world.refused(CLIENT, &[&args[..], &[arg(&empty)]].concat());
    assert!(unjudged.contains("nobody could prove"), "{unjudged}");

    // Another chain's job: the id fits its terms, the chain does not.
    let text = fs::read_to_string(job).unwrap();
    let changed = world.path("changed.json");
    fs::write(&changed, text.replace("\"chainId\": 412346", "\"chainId\": 42161")).unwrap();
    let other = world.refused(CLIENT, &["status", arg(&changed)]);
    assert!(other.contains("was changed"), "{other}");
}
