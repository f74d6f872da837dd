//! `docs/TUTORIAL.md`, line by line: each terminal is a shell, and gets the blocks that the page gives it.

mod support;

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{CLIENT, arg, rpc, surety};

/// Longer than any block takes on any machine.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a shell may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// A thousandth of an ether.
const FINNEY: i128 = 10i128.pow(15);
/// More than the gas of all that one role sends.
const GAS: u128 = 10u128.pow(16);

/// Client, worker and referee, by the keys that the page has.
const ROLES: [&str; 3] = [
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
];

/// What each has more in the end than in the beginning, but for gas: two rewards paid as promised, the deposit of the lazy
/// worker, and a third reward with a bonus and the bond of a groundless dispute.
const GAINS: [(&str, i128); 3] = [
    ("client", (-50 + 100 - 61 - 50) * FINNEY),
    ("worker", (50 - 100 + 61 + 50) * FINNEY),
    ("referee", 0),
];

/// What the terminals have to have shown.
const SAID: [&str; 6] = [
    "the result is right: all 78,498 elements were computed again",
    "nothing wrong found",
    "the result is WRONG: missing element at 78498 of 78,498 elements",
    "convicted of a missing element",
    "confirmed: the bonus of 0.01 ETH is earned",
    "the job is paid",
];

/// What a shell prints when a block is done.
const DONE: &str = "-- this block is done --";

/// A block of the page: whose terminal, and what is typed there.
struct Block {
    terminal: String,
    lines: String,
}

/// The page's blocks in order; those that are not for a terminal only show something.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(about), None) => {
                let terminal = about.strip_prefix("sh ").unwrap_or_default().to_owned();
                open = Some(Block {
                    terminal,
                    lines: String::new(),
                });
            }
            (None, Some(block)) => block.lines += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    blocks.retain(|block| !block.terminal.is_empty());
    blocks
}

/// A shell that waits for its next line.
struct Terminal {
    shell: Child,
    input: ChildStdin,
    printed: Receiver<String>,
}

impl Terminal {
    /// In `folder`, where `surety` takes the chain at `url` for the one that it looks for by itself.
    fn open(folder: &Path, url: &str) -> Self {
        let surety = Path::new(env!("CARGO_BIN_EXE_surety")).parent().unwrap();
        let path = format!("{}:{}", surety.display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("bash")
            .args(["--noprofile", "--norc"])
            .current_dir(folder)
            .env("PATH", path)
            // What a user has set up is not this one's.
            .env("XDG_CONFIG_HOME", folder.join("config"))
            .env("SURETY_RPC_URL", url)
            .env_remove("SURETY_CONFIG")
            .env_remove("SURETY_NETWORK")
            .env_remove("SURETY_ALLOW")
            .env_remove("SURETY_ESCROW")
            .env_remove("SURETY_PREDICATE")
            .env_remove("SURETY_VERIFIER")
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // So that what still runs in it can be ended with it.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut input = shell.stdin.take().unwrap();
        // What goes wrong is part of what is seen, and jobs have numbers as in a terminal.
        writeln!(input, "exec 2>&1; set -m").unwrap();
        let lines = BufReader::new(shell.stdout.take().unwrap()).lines();
        let (sender, printed) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { shell, input, printed }
    }

    /// Types the lines and returns what was printed, once the shell is ready again.
    fn run(&mut self, lines: &str) -> String {
        writeln!(self.input, "{lines}echo '{DONE}'").unwrap();
        let begun = Instant::now();
        let mut text = String::new();
        loop {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            match self.printed.recv_timeout(left) {
                Ok(line) if line == DONE => return text,
                Ok(line) => text += &format!("{line}\n"),
                Err(error) => panic!("{error} after {text}, in {lines}"),
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // With its jobs, each of which is a group of its own; unless it still waits for something that never comes.
        let _ = writeln!(self.input, "kill $(jobs -p); exit");
        let begun = Instant::now();
        while matches!(self.shell.try_wait(), Ok(None)) {
            if begun.elapsed() > GRACE {
                let _ = self.shell.kill();
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// An address that nobody listens on.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for(port: u16) {
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < PATIENCE, "nobody listens on {port}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// What came of it all, before the chain stops.
struct Outcome {
    /// Of the jobs in the order of the page.
    phases: Vec<String>,
    /// Wei that the escrow holds.
    escrow: u128,
    /// Wei of client, worker and referee.
    purses: [u128; 3],
}

impl Outcome {
    fn look(url: &str, folder: &Path) -> Self {
        let told = |job: &str| {
            let output = surety(url, CLIENT, &["status", arg(&folder.join(job)), "--json"]);
            let status: Value = serde_json::from_slice(&output.stdout).unwrap();
            status["phase"].as_str().unwrap().to_owned()
        };
        let job = fs::read_to_string(folder.join("JOB.json")).unwrap();
        let job: Value = serde_json::from_str(&job).unwrap();
        Self {
            phases: ["JOB.json", "LAZY.json", "SUMS.json"].map(told).into(),
            escrow: balance(url, job["escrow"].as_str().unwrap()),
            purses: ROLES.map(|account| balance(url, account)),
        }
    }
}

fn balance(url: &str, account: &str) -> u128 {
    let wei = rpc(url, "eth_getBalance", json!([account, "latest"]));
    u128::from_str_radix(wei.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

#[test]
fn the_tutorial_does_what_it_says() {
    let page = include_str!("../../docs/TUTORIAL.md");
    // Its ports may be in use; any others do as well.
    let ports = [8547, 8500, 8600].map(|shown: u16| (shown.to_string(), free_port()));
    let page = ports.iter().fold(page.to_owned(), |page, (shown, free)| {
        page.replace(shown, &free.to_string())
    });
    let (chain, url) = (ports[0].1, format!("http://127.0.0.1:{}", ports[0].1));
    let blocks = blocks(&page);
    let folder = tempfile::tempdir().unwrap();
    let mut terminals: HashMap<&str, Terminal> = HashMap::new();
    let mut seen = String::new();
    let (mut before, mut outcome) = (None, None);
    for (at, block) in blocks.iter().enumerate() {
        // The chain stops with the last block.
        if at + 1 == blocks.len() {
            outcome = Some(Outcome::look(&url, folder.path()));
        }
        let terminal = terminals
            .entry(&block.terminal)
            .or_insert_with(|| Terminal::open(folder.path(), &url));
        seen += &terminal.run(&block.lines);
        if block.lines.starts_with("surety devnet") {
            wait_for(chain);
            before = Some(ROLES.map(|account| balance(&url, account)));
        }
    }
    for said in SAID {
        assert!(seen.contains(said), "`{said}` is not in what was printed:\n{seen}");
    }
    let outcome = outcome.unwrap();
    assert_eq!(outcome.phases, ["paid", "convicted", "paid"], "{seen}");
    assert_eq!(outcome.escrow, 0, "every job has ended:\n{seen}");
    for ((role, gain), (before, after)) in GAINS.iter().zip(before.unwrap().iter().zip(outcome.purses)) {
        let spent = before.checked_add_signed(*gain).unwrap().checked_sub(after);
        assert!(
            spent.is_some_and(|spent| spent < GAS),
            "the {role} spent {spent:?} wei on gas:\n{seen}"
        );
    }
}
