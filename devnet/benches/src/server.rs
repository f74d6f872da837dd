//! A node in a process of its own.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

/// How to start a node.
pub struct Server {
    program: std::path::PathBuf,
    arguments: Vec<&'static str>,
}

/// A node that answers. Clones speak to the same one; it ends with the last of them.
#[derive(Clone)]
pub struct Running {
    process: Arc<Process>,
    url: String,
    client: reqwest::Client,
}

impl Server {
    pub fn surety(program: &Path) -> Self {
        Self {
            program: program.into(),
            arguments: vec!["devnet", "--port"],
        }
    }

    pub fn anvil(program: &Path) -> Self {
        Self {
            program: program.into(),
            arguments: vec!["--silent", "--port"],
        }
    }

    /// Starts the node and waits for its first answer.
    pub async fn start(&self) -> Result<Running> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let running = Running {
            process: Arc::new(Process(child)),
            url: format!("http://127.0.0.1:{port}"),
            client: reqwest::Client::builder().no_proxy().build()?,
        };
        let start = Instant::now();
        while running.call("eth_chainId", json!([])).await.is_err() {
            ensure!(start.elapsed() < PATIENCE, "{} does not answer", self.program.display());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(running)
    }

    /// Time from start to first answer, the middle one of several.
    pub async fn time_to_ready(&self, times: usize) -> Result<Duration> {
        let mut all = Vec::new();
        for _ in 0..times {
            let start = Instant::now();
            let running = self.start().await?;
            all.push(start.elapsed());
            drop(running);
        }
        all.sort();
        Ok(all[all.len() / 2])
    }
}

impl Running {
    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let response = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .body(request.to_string())
            .send()
            .await?;
        let mut answer: Value = serde_json::from_slice(&response.bytes().await?)?;
        if let Some(error) = answer.get("error") {
            bail!("{method}: {error}");
        }
        Ok(answer["result"].take())
    }

    pub async fn number(&self, method: &str, params: Value) -> Result<u64> {
        let answer = self.call(method, params).await?;
        let digits = answer.as_str().and_then(|text| text.strip_prefix("0x"));
        let digits = digits.with_context(|| format!("{method} answers {answer}, expected a number"))?;
        Ok(u64::from_str_radix(digits, 16)?)
    }

    /// Resident memory in MiB, where the system tells.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1_024)
    }
}

/// A process that ends with its handle.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
