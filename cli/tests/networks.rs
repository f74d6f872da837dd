//! Networks by name, keys, and deployment: what is remembered, what is refused, what is sent.

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use support::{CLIENT, Devnet, WORKER, arg, complaint, text};

/// A key that nobody ever sent money to.
const PAUPER: &str = "0x00000000000000000000000000000000000000000000000000000000deadbeef";

/// A chain without contracts, and a user with settings of its own.
struct Scene {
    devnet: Devnet,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scene = Self {
            devnet: Devnet::start(folder.path(), "0", &[]),
            folder,
        };
        scene.say("");
        scene
    }

    /// Writes the user's networks: devnet is this chain, and what is told besides.
    fn say(&self, more: &str) {
        let text = format!("[networks.devnet]\nrpc-url = \"{}\"\n{more}", self.devnet.url);
        fs::write(self.path("networks.toml"), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = support::bare(&self.path("networks.toml"));
        command.args(args).stdin(Stdio::null());
        command
    }

    fn run(&self, key: &str, args: &[&str]) -> Output {
        self.command(args).env("SURETY_PRIVATE_KEY", key).output().unwrap()
    }

    fn json(&self, key: &str, args: &[&str]) -> Value {
        let output = self.run(key, &[args, &["--json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn refused(&self, key: &str, args: &[&str]) -> String {
        complaint(&self.run(key, args))
    }

    /// Transactions that the client's account has sent.
    fn sent(&self) -> Value {
        let account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
        self.devnet.rpc("eth_getTransactionCount", json!([account, "latest"]))
    }
}

fn contract<'a>(deployed: &'a Value, name: &str) -> &'a Value {
    let contracts = deployed["contracts"].as_array().unwrap();
    contracts.iter().find(|contract| contract["name"] == name).unwrap()
}

#[test]
fn after_deploying_nothing_has_to_be_named() {
    let scene = Scene::new();
    let before = scene.refused(CLIENT, &["delegate", "primes:0..1000"]);
    assert!(
        before.contains("no escrow is known on devnet") && before.contains("surety deploy"),
        "{before}"
    );

    let deployed = scene.json(CLIENT, &["deploy"]);
    for name in ["escrow", "referee", "collusion", "predicate"] {
        assert_eq!(contract(&deployed, name)["cache"], "bid", "{name}");
    }
    let job = scene.path("JOB.json");
    scene.json(CLIENT, &["delegate", "primes:0..1000", "--out", arg(&job)]);
    let file: Value = serde_json::from_slice(&fs::read(&job).unwrap()).unwrap();
    assert_eq!(
        file["terms"]["predicate"].as_str().unwrap().to_lowercase(),
        contract(&deployed, "predicate")["address"]
            .as_str()
            .unwrap()
            .to_lowercase()
    );
    // A referee alone is named for its word.
    let judged = scene.path("B.json");
    let referee = ["--referee", support::REFEREE_ADDRESS, "--out", arg(&judged)];
    scene.json(CLIENT, &[&["delegate", support::POWERS][..], &referee].concat());
    let file: Value = serde_json::from_slice(&fs::read(&judged).unwrap()).unwrap();
    assert_eq!(file["terms"]["predicate"], format!("0x{}", "0".repeat(40)));

    for command in ["take", "work", "submit"] {
        scene.json(WORKER, &[command, arg(&job)]);
    }
    scene.json(CLIENT, &["accept", arg(&job)]);
    let score = scene.json(CLIENT, &["reputation", support::REFEREE_ADDRESS]);
    assert_eq!(score["score"], 0);
}

#[test]
fn deploying_again_sends_nothing() {
    let scene = Scene::new();
    let first = scene.json(CLIENT, &["deploy"]);
    assert!(first["transactions"].as_u64().unwrap() >= 8, "{first}");
    let sent = scene.sent();
    let again = scene.json(CLIENT, &["deploy"]);
    assert_eq!((&again["transactions"], scene.sent()), (&json!(0), sent));
    for name in ["escrow", "referee", "collusion", "predicate"] {
        assert_eq!(contract(&again, name)["address"], contract(&first, name)["address"]);
        assert_eq!(contract(&again, name)["cache"], "cached");
    }
}

#[test]
fn a_deployment_that_was_interrupted_is_finished_and_nothing_is_done_twice() {
    let scene = Scene::new();
    // Killed again and again, each time later; what was done stays done.
    for pause in [60, 120, 200, 300, 450] {
        let mut process = scene
            .command(&["deploy", "--json"])
            .env("SURETY_PRIVATE_KEY", CLIENT)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(pause));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    scene.json(CLIENT, &["deploy"]);
    let sent = u64::from_str_radix(scene.sent().as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    // Four creations, two of them with their activation, two activations, four bids.
    assert_eq!(sent, 10, "every step was taken once");
}

#[test]
fn a_part_that_is_missing_is_made_up_for() {
    let scene = Scene::new();
    scene.json(CLIENT, &["deploy", "--no-cache"]);
    let record = scene.path("networks.deployed.json");
    let mut book: Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    let kept = book["networks"]["devnet"]["contracts"]["referee"].clone();
    book["networks"]["devnet"]["contracts"]
        .as_object_mut()
        .unwrap()
        .remove("escrow");
    fs::write(&record, book.to_string()).unwrap();

    let again = scene.json(CLIENT, &["deploy", "--no-cache"]);
    assert!(!contract(&again, "escrow")["create"].is_null());
    // The same code is active already.
    assert!(contract(&again, "escrow")["activate"].is_null());
    assert!(contract(&again, "predicate")["create"].is_null());
    // The referee contract was constructed for the escrow that is lost, so it is of no use.
    let referee = contract(&again, "referee");
    assert_ne!(referee["address"], kept["address"]);
    assert!(
        referee["replaced"].as_str().unwrap().contains("for other contracts"),
        "{referee}"
    );

    let cached = scene.json(CLIENT, &["deploy"]);
    assert_eq!(cached["transactions"], 4, "only the bids were missing");
}

#[test]
fn programs_that_expired_are_activated_again() {
    let scene = Scene::new();
    let first = scene.json(CLIENT, &["deploy"]);
    scene.devnet.pass(366 * 24 * 3600);
    let again = scene.json(CLIENT, &["deploy"]);
    for name in ["escrow", "referee", "collusion", "predicate"] {
        assert_eq!(contract(&again, name)["address"], contract(&first, name)["address"]);
        assert!(!contract(&again, name)["activate"].is_null(), "{name}: {again}");
    }
}

#[test]
fn a_chain_that_began_anew_asks_for_another_deployment() {
    let mut scene = Scene::new();
    scene.json(CLIENT, &["deploy"]);
    scene.devnet = Devnet::start(scene.folder.path(), "0", &[]);
    scene.say("");
    let gone = scene.refused(CLIENT, &["delegate", "primes:0..1000"]);
    assert!(
        gone.contains("the escrow of devnet is gone") && gone.contains("surety deploy"),
        "{gone}"
    );
    let shown = scene.json(CLIENT, &["network", "show"]);
    assert_eq!(contract(&shown, "escrow")["standing"], "gone");
    let anew = scene.json(CLIENT, &["deploy"]);
    assert!(
        contract(&anew, "escrow")["replaced"]
            .as_str()
            .unwrap()
            .contains("began anew"),
        "{anew}"
    );
    scene.json(
        CLIENT,
        &["delegate", "primes:0..1000", "--out", arg(&scene.path("JOB.json"))],
    );
}

#[test]
fn the_wrong_chain_is_refused_before_anything_is_sent() {
    let scene = Scene::new();
    let wrong = scene.refused(
        CLIENT,
        &[
            "deploy",
            "--network",
            "arbitrum-sepolia",
            "--rpc-url",
            &scene.devnet.url,
        ],
    );
    assert!(
        wrong.contains("wrong network") && wrong.contains("412346") && wrong.contains("421614"),
        "{wrong}"
    );
    let unknown = scene.refused(CLIENT, &["status", "--network", "mars"]);
    assert!(unknown.contains("no network `mars`"), "{unknown}");
    fs::write(scene.path("networks.toml"), "[networks.devnet]\nchainid = 1\n").unwrap();
    let malformed = scene.refused(CLIENT, &["network", "list"]);
    assert!(
        malformed.contains("line 2") && malformed.contains("chainid"),
        "{malformed}"
    );
}

#[test]
fn real_money_is_spent_only_by_whoever_says_so() {
    let scene = Scene::new();
    let url = &scene.devnet.url;
    scene.say(&format!(
        "[networks.dear]\nchain-id = 412346\nrpc-url = \"{url}\"\nreal-money = true\n"
    ));
    let refused = scene.refused(CLIENT, &["deploy", "--network", "dear"]);
    assert!(
        refused.contains("real money") && refused.contains("--real-money"),
        "{refused}"
    );
    assert_eq!(scene.sent(), "0x0");
    let output = scene.run(CLIENT, &["deploy", "--network", "dear", "--real-money"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("warning: this spends real money"));
    // Looking costs nothing.
    scene.json(CLIENT, &["network", "show", "--network", "dear"]);
    // Each network remembers its own contracts.
    let other = scene.refused(CLIENT, &["delegate", "primes:0..1000"]);
    assert!(other.contains("no escrow is known on devnet"), "{other}");
}

#[test]
fn an_account_without_money_is_told_what_it_needs() {
    let scene = Scene::new();
    let poor = scene.refused(PAUPER, &["deploy"]);
    assert!(
        poor.contains("has 0 ETH") && poor.contains("send it some ether"),
        "{poor}"
    );
}

#[test]
fn keys_live_in_keystores_that_commands_find_by_themselves() {
    let scene = Scene::new();
    let keyless = complaint(&scene.command(&["deploy"]).output().unwrap());
    assert!(keyless.contains("surety key new"), "{keyless}");
    let password = scene.path("password");
    fs::write(&password, "a long one\n").unwrap();
    let unasked = complaint(&scene.command(&["key", "new"]).output().unwrap());
    assert!(unasked.contains("--password-file"), "{unasked}");

    // The client's key, encrypted, in the usual place.
    let import = ["key", "import", "--password-file", arg(&password), "--json"];
    let output = scene.run(CLIENT, &import);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let keystore = scene.path("key.json");
    assert!(!text(&fs::read(&keystore).unwrap()).contains(&CLIENT[2..]));
    owner_only(&keystore);
    let twice = scene.refused(CLIENT, &import);
    assert!(twice.contains("never overwritten"), "{twice}");

    let address = scene.command(&["key", "address"]).output().unwrap();
    assert_eq!(
        text(&address.stdout).trim(),
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    );
    let deploy = ["deploy", "--no-cache", "--password-file", arg(&password)];
    let deployed = scene.command(&deploy).output().unwrap();
    assert!(deployed.status.success(), "{}", text(&deployed.stderr));
    fs::write(&password, "another\n").unwrap();
    let locked = complaint(&scene.command(&deploy).output().unwrap());
    assert!(locked.contains("cannot open the keystore"), "{locked}");

    // What is explicit goes first.
    let other = scene.path("worker.json");
    let new = [
        "key",
        "new",
        "--out",
        arg(&other),
        "--password-file",
        arg(&password),
        "--json",
    ];
    let made: Value = serde_json::from_slice(&scene.command(&new).output().unwrap().stdout).unwrap();
    let named = scene.json(CLIENT, &["key", "address", "--keystore", arg(&other)]);
    assert_eq!(named["address"], made["address"]);
    assert_eq!(
        scene.json(WORKER, &["key", "address"])["address"],
        "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"
    );
}

#[cfg(unix)]
fn owner_only(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
}

#[cfg(not(unix))]
fn owner_only(path: &Path) {
    assert!(path.exists());
}
