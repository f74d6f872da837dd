//! What goes wrong around the long-lived commands: each thing is said in a line, loses nothing, and can be resumed.

mod support;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{CLIENT, POWERS, REFEREE, REFEREE_ADDRESS, WORKER, World, arg, complaint, party::Party};

/// A key that nobody ever sent money to.
const PAUPER: &str = "0x00000000000000000000000000000000000000000000000000000000deadbeef";
const WORKER_ADDRESS: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/// Waits until something is so, however long the machine takes within reason.
fn until(party: &mut Party, what: &str, so: impl Fn(&Party) -> bool) {
    let begin = Instant::now();
    while !so(party) {
        assert!(
            party.is_alive(),
            "it ended while waiting until {what}: {:#?}",
            party.heard()
        );
        assert!(
            begin.elapsed() < Duration::from_secs(100),
            "never {what}: {:#?}",
            party.heard()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

fn says(party: &Party, event: &str, text: &str) -> bool {
    let heard = party.heard();
    heard
        .iter()
        .any(|said| said["event"] == event && said["text"].as_str().unwrap_or_default().contains(text))
}

/// A job in a folder of its own, and the words of a worker that looks there.
struct Scene {
    world: World,
    job: PathBuf,
    words: Vec<String>,
}

impl Scene {
    fn new(world: World) -> Self {
        let scene = Self::unknown(world);
        scene.publish();
        scene
    }

    /// With a job that the worker does not know yet.
    fn unknown(world: World) -> Self {
        let job = world.delegate(POWERS, &["--predicate", &world.predicate]);
        fs::create_dir(world.path("jobs")).unwrap();
        let (jobs, folder) = (world.path("jobs"), world.path("folder"));
        let words = [
            "worker",
            "run",
            "--escrow",
            &world.escrow,
            "--interval",
            "50ms",
            "--jobs",
            arg(&jobs),
            "--dir",
            arg(&folder),
        ];
        let words = words.map(str::to_owned).to_vec();
        Self { world, job, words }
    }

    /// Puts the job's file where the worker looks.
    fn publish(&self) {
        fs::copy(&self.job, self.world.path("jobs").join("JOB.json")).unwrap();
    }

    fn words<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        self.words
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
            .collect()
    }

    fn start(&self, key: &str, more: &[&str]) -> Party {
        Party::start(&self.world.url, key, &self.words(more))
    }

    /// Runs a command that can write files of so many kilobytes, as on a disk that is full.
    fn without_room(&self, kilobytes: u32, args: &[&str]) -> Output {
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kilobytes * 2);
        Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_surety")])
            .args(args)
            .env("SURETY_RPC_URL", &self.world.url)
            .env("SURETY_PRIVATE_KEY", WORKER)
            .env("SURETY_CONFIG", support::NOWHERE)
            .output()
            .unwrap()
    }
}

#[test]
fn a_worker_without_money_says_so_and_goes_on_when_it_has_some() {
    let scene = Scene::new(World::new());
    let mut worker = scene.start(PAUPER, &[]);
    until(&mut worker, "it misses money", |worker| {
        says(worker, "trouble", "has 0 ETH")
    });
    let troubles = worker.count("trouble");
    thread::sleep(Duration::from_millis(300));
    assert_eq!(worker.count("trouble"), troubles, "a trouble that lasts is said once");
    let account = worker.heard()[0]["account"].clone();
    scene
        .world
        .rpc("anvil_setBalance", json!([account, "0xde0b6b3a7640000"]));
    until(&mut worker, "it commits", |worker| worker.count("submit") == 1);
    assert_eq!(scene.world.phase(&scene.job), "committed");
}

#[test]
fn a_fee_spike_is_waited_out() {
    let scene = Scene::new(World::new());
    let mut worker = scene.start(WORKER, &["--max-gas-price", "1000wei"]);
    until(&mut worker, "it waits", |worker| {
        says(worker, "trouble", "more than --max-gas-price")
    });
    assert_eq!(scene.world.phase(&scene.job), "open");
    scene.world.rpc("anvil_setNextBlockBaseFeePerGas", json!(["0x3e8"]));
    scene.world.rpc("evm_mine", json!([]));
    until(&mut worker, "it commits", |worker| worker.count("submit") == 1);
}

#[test]
fn a_replaced_transaction_is_noticed_and_decided_anew() {
    let scene = Scene::new(World::new());
    scene.world.rpc("evm_setAutomine", json!([false]));
    let nonce = scene
        .world
        .rpc("eth_getTransactionCount", json!([WORKER_ADDRESS, "latest"]));
    let mut worker = scene.start(WORKER, &[]);
    until(&mut worker, "it found the job", |_| {
        scene.world.rpc("txpool_status", json!([]))["pending"] == "0x1"
    });
    let other = json!({
        "from": WORKER_ADDRESS, "to": WORKER_ADDRESS, "value": "0x1", "nonce": nonce,
        "maxFeePerGas": "0x174876e800", "maxPriorityFeePerGas": "0x0", "gas": "0x186a0",
    });
    scene.world.rpc("eth_sendTransaction", json!([other]));
    scene.world.rpc("evm_setAutomine", json!([true]));
    scene.world.rpc("evm_mine", json!([]));
    until(&mut worker, "it noticed", |worker| worker.count("replaced") == 1);
    until(&mut worker, "it commits", |worker| worker.count("submit") == 1);
    assert_eq!(worker.count("take"), 1);
}

#[test]
fn what_was_on_its_way_when_it_was_killed_is_not_done_twice() {
    let scene = Scene::new(World::new());
    scene.world.rpc("evm_setAutomine", json!([false]));
    let mut worker = scene.start(WORKER, &[]);
    let waiting = || scene.world.rpc("txpool_status", json!([]))["pending"].clone();
    until(&mut worker, "it takes the job", |_| waiting() == "0x1");
    worker.kill_and_restart();
    until(&mut worker, "it is back", |worker| worker.count("started") == 2);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(waiting(), "0x1", "the same transaction");
    // The node lost it: it comes again.
    scene.world.rpc("anvil_dropAllTransactions", json!([]));
    worker.kill_and_restart();
    until(&mut worker, "it takes the job again", |_| waiting() == "0x1");
    scene.world.rpc("evm_setAutomine", json!([true]));
    scene.world.rpc("evm_mine", json!([]));
    until(&mut worker, "it commits", |worker| worker.count("submit") == 1);
    assert_eq!(worker.count("take"), 1);
    assert_eq!(
        scene
            .world
            .rpc("eth_getTransactionCount", json!([WORKER_ADDRESS, "latest"])),
        "0x2"
    );
}

#[test]
fn a_node_that_goes_away_is_waited_for() {
    let mut scene = Scene::unknown(World::lasting());
    let port = scene.world.url.rsplit(':').next().unwrap().to_owned();
    let mut worker = scene.start(WORKER, &[]);
    until(&mut worker, "it began", |worker| worker.count("started") == 1);
    scene.world.stop_chain();
    until(&mut worker, "it misses the node", |worker| {
        says(worker, "trouble", "cannot reach")
    });
    scene.publish();
    scene.world.start_chain(&port);
    until(&mut worker, "it is served again", |worker| worker.count("back") == 1);
    until(&mut worker, "it commits", |worker| worker.count("submit") == 1);
}

#[test]
fn a_reorganisation_is_followed() {
    let scene = Scene::new(World::new());
    let before = scene.world.rpc("evm_snapshot", json!([]));
    let mut worker = scene.start(WORKER, &[]);
    until(&mut worker, "it commits", |worker| worker.count("submit") == 1);
    assert_eq!(scene.world.phase(&scene.job), "committed");
    // Other blocks take the place of those with its transactions, up to the same height.
    scene.world.rpc("evm_revert", json!([before]));
    scene.world.rpc("anvil_mine", json!(["0x2"]));
    until(&mut worker, "it commits again", |worker| worker.count("submit") == 2);
    assert_eq!(worker.count("take"), 2);
    assert_eq!(scene.world.phase(&scene.job), "committed");
}

#[test]
fn a_watchtower_ticks_and_challenges_for_others() {
    let world = World::new();
    let [served, late] = ["served", "late"].map(|name| world.path(name));
    fs::create_dir(&served).unwrap();
    // The primes below 500 instead of those below 1,000.
    let wrong = world.delegate("primes:0..1000", &["--predicate", &world.predicate]);
    world.submit_from(&wrong, "primes:0..500");
    fs::copy(&wrong, served.join("JOB.json")).unwrap();
    fs::copy(wrong.with_extension("result"), served.join("JOB.result")).unwrap();
    let args = [
        "delegate",
        POWERS,
        "--escrow",
        &world.escrow,
        "--predicate",
        &world.predicate,
        "--out",
        arg(&late),
    ];
    world.json(CLIENT, &args);
    world.json(WORKER, &["take", arg(&late)]);

    let mut shop = Party::start(&world.url, WORKER, &["serve", arg(&served), "--listen", "127.0.0.1:0"]);
    until(&mut shop, "it serves", |shop| shop.address().is_some());
    let (from, folder) = (shop.address().unwrap(), world.path("tower"));
    let words = [
        "watch",
        "--escrow",
        &world.escrow,
        "--interval",
        "50ms",
        "--dir",
        arg(&folder),
    ];
    let more = ["--jobs", arg(&served), "--from", &from, "--all"];
    let mut tower = Party::start(&world.url, REFEREE, &[&words[..], &more].concat());
    until(&mut tower, "it judges", |tower| tower.count("judge") == 1);
    assert_eq!(world.phase(&wrong), "convicted");
    // Of this one it has no file; the escrow's logs tell its terms.
    world.pass(24 * 3600 + 60);
    tower.kill_and_restart();
    until(&mut tower, "it ticks", |_| world.phase(&late) == "forfeited");
    until(&mut tower, "it says so", |tower| tower.count("tick") > 0);
}

#[test]
fn a_full_disk_loses_nothing() {
    let scene = Scene::new(World::new());
    let refused = complaint(&scene.without_room(4, &scene.words(&[])));
    assert!(refused.contains("cannot keep the books"), "{refused}");
    let mut worker = scene.start(WORKER, &[]);
    until(&mut worker, "it commits", |worker| worker.count("submit") == 1);
    worker.kill();

    let big = scene.world.path("big.json");
    let args = [
        "delegate",
        "primes:0..200000",
        "--escrow",
        &scene.world.escrow,
        "--out",
        arg(&big),
    ];
    scene
        .world
        .json(CLIENT, &[&args[..], &["--predicate", &scene.world.predicate]].concat());
    let refused = complaint(&scene.without_room(16, &["work", arg(&big)]));
    assert!(refused.contains("cannot write the result file"), "{refused}");
    assert!(!big.with_extension("result").exists(), "half a result has no name");
    scene.world.json(WORKER, &["work", arg(&big)]);
}

#[test]
fn a_folder_serves_one_process_and_one_account() {
    let scene = Scene::new(World::new());
    let mut worker = scene.start(WORKER, &[]);
    until(&mut worker, "it began", |worker| worker.count("started") == 1);
    let second = complaint(&scene.world.run(WORKER, &scene.words(&[])));
    assert!(second.contains("is in use"), "{second}");
    worker.kill();
    let other = complaint(&scene.world.run(CLIENT, &scene.words(&[])));
    assert!(other.contains("the books of another account"), "{other}");
    let words: Vec<&str> = scene.words(&[]);
    let empty = [&words[..3], &[WORKER_ADDRESS], &words[4..]].concat();
    let nothing = complaint(&scene.world.run(WORKER, &empty));
    assert!(nothing.contains("no contract at"), "{nothing}");
}

#[test]
fn bad_jobs_and_orders_are_named_and_the_others_go_on() {
    let scene = Scene::new(World::new());
    let jobs = scene.world.path("jobs");
    fs::write(jobs.join("a.json"), "{}").unwrap();
    let mut foreign: Value = serde_json::from_slice(&fs::read(&scene.job).unwrap()).unwrap();
    foreign["chainId"] = 42_161.into();
    fs::write(jobs.join("b.json"), foreign.to_string()).unwrap();
    let mut worker = scene.start(WORKER, &[]);
    until(&mut worker, "it commits", |worker| worker.count("submit") == 1);
    assert!(says(&worker, "trouble", "a.json is no job file") && says(&worker, "trouble", "b.json was changed"));

    let orders = scene.world.path("orders");
    let good = format!("{POWERS} --predicate {}", scene.world.predicate);
    fs::write(
        &orders,
        format!(
            "primes:9..0 --predicate {}\n{good} --reward much\n{good}\n",
            scene.world.predicate
        ),
    )
    .unwrap();
    let folder = scene.world.path("client");
    let words = [
        "client",
        "run",
        "--escrow",
        &scene.world.escrow,
        "--interval",
        "50ms",
        "--orders",
        arg(&orders),
        "--dir",
        arg(&folder),
    ];
    let mut client = Party::start(&scene.world.url, CLIENT, &words);
    until(&mut client, "it delegates", |client| client.count("delegate") == 1);
    assert!(
        says(&client, "trouble", "LO below HI") && says(&client, "trouble", "line 2 of"),
        "{:#?}",
        client.heard()
    );
    // Lines that were carried out are not carried out again.
    client.kill_and_restart();
    fs::write(&orders, format!("{good}\n{good}\n")).unwrap();
    until(&mut client, "it delegates the second", |client| {
        client.count("delegate") == 2
    });
}

#[test]
fn a_worker_runs_only_programs_that_it_was_told_to() {
    let scene = Scene::new(World::new());
    let world = &scene.world;
    let (own, job) = (world.path("checksums"), world.path("OWN.json"));
    world.json(CLIENT, &["task", "new", "checksums", "--command", "--dir", arg(&own)]);
    let args = [
        "delegate",
        "own:checksums:00:20",
        "--escrow",
        &world.escrow,
        "--out",
        arg(&job),
    ];
    let more = ["--allow", arg(&own), "--referee", REFEREE_ADDRESS];
    world.json(CLIENT, &[&args[..], &more].concat());
    fs::copy(&job, world.path("jobs").join("OWN.json")).unwrap();
    let trusting = ["--trust", REFEREE_ADDRESS];
    let mut worker = Party::start(&world.url, WORKER, &scene.words(&trusting));
    until(&mut worker, "the job is declined", |worker| {
        says(worker, "declined", "not told to run")
    });
    worker.kill();
    assert_eq!(world.phase(&job), "open");
    // What was declined is looked at again after ten minutes.
    world.pass(601);
    let allowing = [&trusting[..], &["--allow", arg(&own)]].concat();
    let mut worker = Party::start(&world.url, WORKER, &scene.words(&allowing));
    until(&mut worker, "the result is committed", |_| {
        world.phase(&job) == "committed"
    });
}
