//! A chain of its own with the contracts on it, and the binary as people run it.
#![allow(dead_code, reason = "every test file uses another part")]

pub mod party;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

/// The first of the accounts that anvil and hardhat publish too.
pub const CLIENT: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub const WORKER: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
pub const REFEREE: &str = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";
pub const REFEREE_ADDRESS: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

/// Odd, of 64 bits: small enough to compute at once.
pub const POWERS: &str =
    "modexp:65537:ffffffffffffffc5:1111111111111111111111111111111111111111111111111111111111111111:16";

/// `surety devnet` in a process of its own; ends with the test.
pub struct Devnet {
    pub process: Child,
    pub url: String,
}

impl Drop for Devnet {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Devnet {
    pub fn start(folder: &Path, port: &str, more: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_surety"))
            .args(["devnet", "--json", "--port", port])
            .args(more)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let greeting: Value = serde_json::from_str(&line).expect("the chain starts");
        Self {
            process,
            url: greeting["url"].as_str().unwrap().to_owned(),
        }
    }

    /// Moves the chain's clock on.
    pub fn pass(&self, seconds: u64) {
        self.rpc("evm_increaseTime", json!([seconds]));
        self.rpc("evm_mine", json!([]));
    }

    /// What the chain answers to a call of its JSON-RPC.
    pub fn rpc(&self, method: &str, parameters: Value) -> Value {
        rpc(&self.url, method, parameters)
    }
}

/// A chain with the contracts deployed.
pub struct World {
    chain: Devnet,
    pub url: String,
    pub escrow: String,
    pub predicate: String,
    pub verifier: String,
    folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        Self::begin(&[])
    }

    /// One whose chain can be stopped and started again.
    pub fn lasting() -> Self {
        Self::begin(&["--state", "chain.state"])
    }

    fn begin(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let chain = Devnet::start(folder.path(), "0", more);
        let mut world = Self {
            url: chain.url.clone(),
            chain,
            escrow: String::new(),
            predicate: String::new(),
            verifier: String::new(),
            folder,
        };
        // Remembered for whoever wants it; the tests name what they use.
        let config = world.path("networks.toml");
        let deployed = world.json(CLIENT, &["deploy", "--config", arg(&config)]);
        for contract in deployed["contracts"].as_array().unwrap() {
            let address = contract["address"].as_str().unwrap().to_owned();
            match contract["name"].as_str().unwrap() {
                "escrow" => world.escrow = address,
                "predicate" => world.predicate = address,
                "referee" => world.verifier = address,
                "collusion" => {}
                other => panic!("unexpected contract {other}"),
            }
        }
        world
    }

    /// Stops the chain as a service manager does; it saves itself.
    pub fn stop_chain(&mut self) {
        let id = self.chain.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.chain.process.wait().unwrap();
    }

    /// Starts it again where it stopped.
    pub fn start_chain(&mut self, port: &str) {
        self.chain = Devnet::start(self.folder.path(), port, &["--state", "chain.state"]);
        assert_eq!(self.chain.url, self.url);
    }

    pub fn run(&self, key: &str, args: &[&str]) -> Output {
        surety(&self.url, key, args)
    }

    /// Runs a command that must work.
    pub fn json(&self, key: &str, args: &[&str]) -> Value {
        let output = self.run(key, &[args, &["--json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command that must fail, with one line that says why.
    pub fn refused(&self, key: &str, args: &[&str]) -> String {
        complaint(&self.run(key, args))
    }

    /// Moves the chain's clock on.
    pub fn pass(&self, seconds: u64) {
        self.chain.pass(seconds);
    }

    /// What the chain answers to a call of its JSON-RPC.
    pub fn rpc(&self, method: &str, parameters: Value) -> Value {
        self.chain.rpc(method, parameters)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn delegate(&self, task: &str, more: &[&str]) -> PathBuf {
        let job = self.path("JOB.json");
        let args = ["delegate", task, "--escrow", &self.escrow, "--out", arg(&job)];
        self.json(CLIENT, &[&args, more].concat());
        job
    }

    /// A job with a committed result.
    pub fn committed(&self, task: &str, more: &[&str]) -> PathBuf {
        let job = self.delegate(task, more);
        self.json(WORKER, &["take", arg(&job)]);
        self.json(WORKER, &["work", arg(&job)]);
        self.json(WORKER, &["submit", arg(&job)]);
        job
    }

    /// A worker that takes a job and submits the result of another one.
    pub fn submit_from(&self, job: &Path, task: &str) {
        self.json(WORKER, &["take", arg(job)]);
        let (other, result) = (self.path("other.json"), self.path("JOB.result"));
        let args = ["delegate", task, "--escrow", &self.escrow, "--out", arg(&other)];
        self.json(CLIENT, &[&args[..], &["--predicate", &self.predicate]].concat());
        self.json(WORKER, &["work", arg(&other), "--out", arg(&result)]);
        self.json(WORKER, &["submit", arg(job)]);
    }

    pub fn phase(&self, job: &Path) -> String {
        let status = self.json(CLIENT, &["status", arg(job)]);
        status["phase"].as_str().unwrap().to_owned()
    }
}

/// What a node answers to a call of its JSON-RPC.
pub fn rpc(url: &str, method: &str, parameters: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters }).to_string();
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let answer: Value = serde_json::from_str(body).unwrap();
    assert!(answer["error"].is_null(), "{method}: {answer}");
    answer["result"].clone()
}

pub fn surety(url: &str, key: &str, args: &[&str]) -> Output {
    bare(Path::new(NOWHERE))
        .args(args)
        .env("SURETY_RPC_URL", url)
        .env("SURETY_PRIVATE_KEY", key)
        .output()
        .unwrap()
}

/// The binary with nothing from outside but a user's networks file: never those of whoever runs the tests.
pub fn bare(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_surety"));
    for variable in [
        "SURETY_RPC_URL",
        "SURETY_NETWORK",
        "SURETY_PRIVATE_KEY",
        "SURETY_ESCROW",
        "SURETY_PREDICATE",
        "SURETY_VERIFIER",
        "SURETY_ALLOW",
        "RUST_LOG",
    ] {
        command.env_remove(variable);
    }
    command.env("SURETY_CONFIG", config);
    command
}

/// Settings of nobody.
pub const NOWHERE: &str = "/nonexistent/surety/networks.toml";

pub fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "it worked: {}", text(&output.stdout));
    let complaint = text(&output.stderr);
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    complaint
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}
