//! A long-lived command as a process of its own, which can be killed and started again.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

/// A process that says a line of JSON for each event.
pub struct Party {
    url: String,
    key: String,
    args: Vec<String>,
    process: Child,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Drop for Party {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Party {
    pub fn start(url: &str, key: &str, args: &[&str]) -> Self {
        let args: Vec<String> = args.iter().copied().chain(["--json"]).map(str::to_owned).collect();
        let heard = Arc::default();
        let process = spawn(url, key, &args, &heard);
        Self {
            url: url.to_owned(),
            key: key.to_owned(),
            args,
            process,
            heard,
        }
    }

    /// Ends it at once, whatever it is doing.
    pub fn kill(&mut self) {
        // It may have ended by itself; then what it said tells why.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Kills it, and starts it again with the same words.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.process = spawn(&self.url, &self.key, &self.args, &self.heard);
    }

    /// Replaces a word of the command line for the next start.
    pub fn set(&mut self, from: &str, to: &str) {
        for arg in &mut self.args {
            if arg == from {
                to.clone_into(arg);
            }
        }
    }

    /// Everything said so far, by all processes that this one was.
    pub fn heard(&self) -> Vec<Value> {
        self.heard.lock().unwrap().clone()
    }

    /// How often an event was said.
    pub fn count(&self, event: &str) -> usize {
        self.heard().iter().filter(|said| said["event"] == event).count()
    }

    /// The address that it serves, once it said so.
    pub fn address(&self) -> Option<String> {
        let heard = self.heard();
        heard.iter().find_map(|said| said["url"].as_str().map(str::to_owned))
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }
}

fn spawn(url: &str, key: &str, args: &[String], heard: &Arc<Mutex<Vec<Value>>>) -> Child {
    let mut process = super::bare(Path::new(super::NOWHERE))
        .args(args)
        .env("SURETY_RPC_URL", url)
        .env("SURETY_PRIVATE_KEY", key)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let heard = heard.clone();
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            // The last line of a killed process may be torn.
            if let Ok(said) = serde_json::from_str(&line) {
                heard.lock().unwrap().push(said);
            }
        }
    });
    process
}
