//! Fifty jobs at a time by three long-lived commands on one chain, faulty ones of every kind among them, with kills in
//! between: every account must end with exactly what the protocol owes it.

mod story;
#[path = "../support/mod.rs"]
mod support;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use alloy::{primitives::Bytes, sol_types::SolCall};
use serde_json::{Value, json};
use story::*;
use support::{CLIENT, REFEREE, REFEREE_ADDRESS, WORKER, World, arg, party::Party};
use surety_contracts::{IEscrow, Phase};
use surety_protocol::merkle::{Tree, leaf_hashes};

const CLIENT_ADDRESS: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const WORKER_ADDRESS: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
/// A worker that does each thing that a worker must not do. The test acts for it: no command of the tool does.
const ROGUE: &str = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";
const ROGUE_ADDRESS: &str = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";

const JOBS: usize = 50;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The chain, the three parties, and where everything is.
struct Scene {
    world: World,
    stories: Vec<Story>,
    /// Job files by index, and ids.
    jobs: HashMap<usize, (PathBuf, String)>,
    client: Party,
    worker: Party,
    referee: Party,
}

impl Scene {
    /// Waits until something is so, however long the machine takes within reason.
    fn until(&mut self, what: &str, so: impl Fn(&mut Self) -> bool) {
        let begin = Instant::now();
        while !so(self) {
            for (party, name) in [
                (&mut self.client, "client"),
                (&mut self.worker, "worker"),
                (&mut self.referee, "referee"),
            ] {
                assert!(
                    party.is_alive(),
                    "the {name} ended while waiting until {what}: {:#?}",
                    party.heard().last()
                );
            }
            let waited = begin.elapsed();
            assert!(
                waited < Duration::from_secs(200),
                "never {what}: {:#?}",
                self.open_ends()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Jobs with their phases, and the last troubles.
    fn open_ends(&self) -> Vec<String> {
        let troubles = |party: &Party| -> Vec<String> {
            let heard = party.heard();
            heard
                .iter()
                .rev()
                .filter(|said| said["event"] == "trouble")
                .take(5)
                .map(Value::to_string)
                .collect()
        };
        let phases = (0..JOBS).map(|at| format!("{at} {:?}: {:?}", self.stories[at], self.phase(at)));
        let mut ends: Vec<String> = phases.collect();
        for party in [&self.client, &self.worker, &self.referee] {
            ends.extend(troubles(party));
        }
        ends
    }

    fn phase(&self, at: usize) -> Phase {
        let job_id = self.jobs[&at].1.parse().unwrap();
        let call = Bytes::from(IEscrow::jobCall { jobId: job_id }.abi_encode());
        let answer = self
            .world
            .rpc("eth_call", json!([{ "to": self.world.escrow, "data": call }, "latest"]));
        let answer: Bytes = answer.as_str().unwrap().parse().unwrap();
        IEscrow::jobCall::abi_decode_returns(&answer).unwrap().phase
    }

    fn of(&self, wanted: impl Fn(Story) -> bool) -> Vec<usize> {
        (0..JOBS).filter(|at| wanted(self.stories[*at])).collect()
    }

    fn all(&self, wanted: impl Fn(Story) -> bool, phases: &[Phase]) -> bool {
        self.of(wanted).into_iter().all(|at| phases.contains(&self.phase(at)))
    }

    fn only(&self, story: Story) -> usize {
        self.of(|other| other == story)[0]
    }

    fn file(&self, story: Story) -> &Path {
        &self.jobs[&self.only(story)].0
    }

    fn phase_of(&self, story: Story) -> Phase {
        self.phase(self.only(story))
    }

    /// The job files that the client made, found by their tasks.
    fn find_jobs(&mut self, folder: &Path) -> bool {
        let tasks: HashMap<String, usize> = (0..JOBS).map(|at| (task(at, self.stories[at]), at)).collect();
        assert_eq!(tasks.len(), JOBS, "every task is another");
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(job) = serde_json::from_slice::<Value>(&fs::read(&path).unwrap_or_default()) else {
                continue;
            };
            if let Some(at) = job["task"].as_str().and_then(|task| tasks.get(task)) {
                self.jobs.insert(*at, (path, job["jobId"].as_str().unwrap().to_owned()));
            }
        }
        self.jobs.len() == JOBS
    }
}

/// Changes the elements of a result file, and its count and root with them, so that it is whole.
fn falsify(path: &Path, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    const HEADER: usize = 21;
    let bytes = fs::read(path).unwrap();
    let mut rest = &bytes[HEADER..bytes.len() - 32];
    let mut elements = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (element, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
        elements.push(element.to_vec());
        rest = after;
    }
    change(&mut elements);
    let mut file = bytes[..HEADER - 8].to_vec();
    file.extend((elements.len() as u64).to_be_bytes());
    for element in &elements {
        file.extend((element.len() as u16).to_be_bytes());
        file.extend(element);
    }
    file.extend(Tree::new(leaf_hashes(&elements)).root());
    fs::write(path, file).unwrap();
}

/// The rogue's day: it takes its jobs, spoils the results, and commits to them or not.
fn misbehave(scene: &Scene, served: &Path, hidden: &Path) {
    let world = &scene.world;
    for story in ROGUES {
        if story == NeverTaken {
            continue;
        }
        let folder = if matches!(story, Withheld | ShownOnChain | WrongWhenShown) {
            hidden
        } else {
            served
        };
        let job = folder.join(format!("{story:?}.json"));
        fs::copy(scene.file(story), &job).unwrap();
        world.json(ROGUE, &["take", arg(&job)]);
        if story == Late {
            continue;
        }
        world.json(ROGUE, &["work", arg(&job)]);
        falsify(&job.with_extension("result"), |elements| match story {
            WrongValue | WrongByWord | WrongBesideOpinion => elements[3][7] ^= 1,
            WrongWhenShown => elements.iter_mut().for_each(|element| element[7] ^= 1),
            // No number between two primes is missing; an even one is no prime.
            Extra => {
                let mut even = elements[5].clone();
                even[7] += 1;
                elements.insert(6, even);
            }
            Unordered => elements.swap(1, 2),
            Gap => drop(elements.remove(4)),
            WrongStep => elements[100][15] ^= 1,
            _ => {}
        });
        world.json(ROGUE, &["submit", arg(&job)]);
    }
}

/// Wei of an account.
fn balance(world: &World, account: &str) -> i128 {
    quantity(&world.rpc("eth_getBalance", json!([account, "latest"])))
}

fn quantity(value: &Value) -> i128 {
    i128::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

/// Wei that each account paid for gas in the blocks after `from`.
fn gas_paid(world: &World, from: i128) -> HashMap<String, i128> {
    let last = quantity(&world.rpc("eth_blockNumber", json!([])));
    let mut paid = HashMap::new();
    for block in from + 1..=last {
        for receipt in world
            .rpc("eth_getBlockReceipts", json!([format!("{block:#x}")]))
            .as_array()
            .unwrap()
        {
            let fee = quantity(&receipt["gasUsed"]) * quantity(&receipt["effectiveGasPrice"]);
            *paid
                .entry(receipt["from"].as_str().unwrap().to_lowercase())
                .or_default() += fee;
        }
    }
    paid
}

#[test]
fn fifty_jobs_end_with_what_the_protocol_owes() {
    let world = World::new();
    let stories = stories();
    let accounts = [CLIENT_ADDRESS, WORKER_ADDRESS, REFEREE_ADDRESS, ROGUE_ADDRESS];
    let before = accounts.map(|account| balance(&world, account));
    let first_block = quantity(&world.rpc("eth_blockNumber", json!([])));

    let [client_dir, worker_dir, referee_dir, served, hidden] =
        ["client", "worker", "referee", "served", "hidden"].map(|name| world.path(name));
    for folder in [&client_dir, &served, &hidden] {
        fs::create_dir(folder).unwrap();
    }
    let orders = world.path("orders");
    let lines: Vec<String> = stories
        .iter()
        .enumerate()
        .map(|(at, story)| order(at, *story, &world))
        .collect();
    fs::write(&orders, lines.join("\n")).unwrap();

    let anywhere = "127.0.0.1:0";
    let shop = Party::start(&world.url, ROGUE, &["serve", arg(&served), "--listen", anywhere]);
    let common = [
        "--escrow",
        &world.escrow,
        "--interval",
        "100ms",
        "--jobs",
        arg(&client_dir),
        "--dir",
    ];
    let mut worker = Party::start(
        &world.url,
        WORKER,
        &[
            &["worker", "run"],
            &common[..],
            &[arg(&worker_dir), "--listen", anywhere],
        ]
        .concat(),
    );
    let address = |party: &Party| loop {
        match party.address() {
            Some(address) => break address,
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    let (rogues, workers) = (address(&shop), address(&worker));
    // Started again, it must be found where it was.
    worker.set(anywhere, workers.trim_start_matches("http://"));
    let from = ["--from", &workers, "--from", &rogues];
    let referee = [&["referee", "run"], &common[..], &[arg(&referee_dir)], &from].concat();
    let client = [
        &["client", "run"],
        &common[..],
        &[arg(&client_dir), "--orders", arg(&orders), "--all"],
        &from,
    ]
    .concat();
    let demand = ["--demand", &DEMANDED.to_string(), "--demand-after", "30m"];
    let client = [&client[..], &demand].concat();
    let mut scene = Scene {
        client: Party::start(&world.url, CLIENT, &client),
        referee: Party::start(&world.url, REFEREE, &referee),
        world,
        stories,
        jobs: HashMap::new(),
        worker,
    };

    // Killed while it delegates, and again.
    scene.until("some jobs are delegated", |scene| scene.client.count("delegate") > 5);
    scene.client.kill_and_restart();
    scene.until("more jobs are delegated", |scene| scene.client.count("delegate") > 20);
    scene.client.kill_and_restart();
    scene.worker.kill_and_restart();
    scene.until("all jobs have files", |scene| scene.find_jobs(&client_dir));
    scene.until("all jobs are delegated", |scene| {
        scene.all(
            |_| true,
            &[Phase::Open, Phase::Taken, Phase::Sealed, Phase::Committed, Phase::Paid],
        )
    });

    // Workers take, compute and commit, right or wrong, and are killed at it.
    scene.until("some jobs are taken", |scene| scene.worker.count("take") > 10);
    scene.worker.kill_and_restart();
    scene.referee.kill_and_restart();
    misbehave(&scene, &served, &hidden);
    scene.until("some results are committed", |scene| scene.worker.count("submit") > 12);
    scene.worker.kill_and_restart();
    scene.client.kill_and_restart();

    // What is checked is paid or punished.
    scene.until("right results are accepted", |scene| {
        scene.all(|story| story == Accepted, &[Phase::Paid])
    });
    scene.until("wrong results are judged", |scene| {
        let wrong = |story| matches!(story, WrongValue | Extra | Unordered | Gap | WrongStep | WrongByWord);
        scene.all(wrong, &[Phase::Convicted])
    });
    scene.until("opinions are sealed", |scene| {
        let opinions = scene.of(|story| matches!(story, Confirmed | WrongBesideOpinion)).len();
        scene.referee.count("seal opinion") >= opinions && scene.all(Story::is_sealed, &[Phase::Sealed])
    });

    // What is not delivered is demanded.
    scene.until("deliveries fail", |scene| {
        let fetched = scene.client.heard();
        let failed = |story| {
            let id = &scene.jobs[&scene.only(story)].1;
            fetched
                .iter()
                .any(|said| said["event"] == "trouble" && said["job"] == id.as_str())
        };
        [Withheld, ShownOnChain, WrongWhenShown].into_iter().all(failed)
    });
    scene.world.pass(31 * MINUTE);
    scene.until("elements are demanded", |scene| {
        scene.all(
            |story| matches!(story, Withheld | ShownOnChain | WrongWhenShown),
            &[Phase::Demanded],
        )
    });
    scene.client.kill_and_restart();
    for story in [ShownOnChain, WrongWhenShown] {
        let job = hidden.join(format!("{story:?}.json"));
        scene.world.json(ROGUE, &["deliver", arg(&job)]);
    }
    scene.until("what was shown wrong is judged", |scene| {
        scene.phase_of(WrongWhenShown) == Phase::Convicted
    });

    // The compute windows end: seals are opened, or not.
    scene.world.pass(HOUR + 35 * MINUTE);
    scene.referee.kill_and_restart();
    scene
        .world
        .json(ROGUE, &["reveal", arg(&served.join("WrongBesideOpinion.json"))]);
    scene.until("seals are opened", |scene| {
        scene.all(|story| story == Confirmed, &[Phase::Committed, Phase::Paid])
            && scene.referee.count("reveal opinion") > 0
    });
    scene.worker.kill_and_restart();
    scene.until("confirmed results are paid", |scene| {
        scene.all(|story| story == Confirmed, &[Phase::Paid])
    });
    scene.until("the differing opinion is substantiated", |scene| {
        scene.phase_of(WrongBesideOpinion) == Phase::Convicted
    });
    scene.until("what is due by then is ticked", |scene| {
        scene.phase_of(Late) == Phase::Forfeited
            && scene.phase_of(NeverTaken) == Phase::Refunded
            && scene.phase_of(Withheld) == Phase::Convicted
    });

    // The windows for revealing and for disputes end.
    scene.world.pass(HOUR);
    scene.client.kill_and_restart();
    scene.until("what was never revealed is forfeited", |scene| {
        scene.phase_of(NeverRevealed) == Phase::Forfeited
    });
    scene.world.pass(5 * HOUR);
    scene.until("the clock pays the rest", |scene| {
        scene.all(
            |_| true,
            &[Phase::Paid, Phase::Convicted, Phase::Forfeited, Phase::Refunded],
        )
    });
    scene.until("all cases are closed", |scene| {
        balance(&scene.world, &scene.world.verifier) == 0
    });

    for at in 0..JOBS {
        let status = scene.world.json(CLIENT, &["status", arg(&scene.jobs[&at].0)]);
        let end = (status["phase"].as_str().unwrap(), status["fault"].as_str().unwrap());
        assert_eq!(end, scene.stories[at].end(), "job {at}, {:?}", scene.stories[at]);
    }
    let paid = gas_paid(&scene.world, first_block);
    for (place, account) in accounts.into_iter().enumerate() {
        let owed: i128 = scene.stories.iter().map(|story| story.gains()[place]).sum();
        let gas = paid.get(&account.to_lowercase()).copied().unwrap_or_default();
        let gained = balance(&scene.world, account) - before[place];
        assert_eq!(
            gained + gas,
            owed,
            "{account} gained {gained} wei and paid {gas} for gas"
        );
    }
    assert_eq!(
        balance(&scene.world, &scene.world.escrow),
        0,
        "the escrow keeps nothing"
    );
}
