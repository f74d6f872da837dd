//! What an agent says: a line for each event, in words for people or as JSON for machines. A trouble that lasts is said
//! once.

use std::{
    collections::HashMap,
    io::{self, Write as _},
    time::{Duration, Instant},
};

use alloy::primitives::B256;
use serde_json::{Value, json};

/// A trouble is repeated after this long.
const REMIND: Duration = Duration::from_secs(600);

pub struct Voice {
    json: bool,
    troubles: HashMap<Option<B256>, (String, Instant)>,
}

impl Voice {
    pub fn new(json: bool) -> Self {
        Self {
            json,
            troubles: HashMap::new(),
        }
    }

    /// Something happened. `fields`: an object with what machines want to know besides.
    pub fn tell(&mut self, event: &str, job: Option<B256>, text: &str, fields: Value) {
        self.troubles.remove(&job);
        self.print(event, job, text, fields);
    }

    /// Something does not work, and will be tried again.
    pub fn complain(&mut self, job: Option<B256>, text: &str) {
        let text = text.replace('\n', " ");
        let said = self.troubles.get(&job);
        if said.is_some_and(|(said, at)| *said == text && at.elapsed() < REMIND) {
            return;
        }
        self.print("trouble", job, &text, Value::Null);
        self.troubles.insert(job, (text, Instant::now()));
    }

    fn print(&self, event: &str, job: Option<B256>, text: &str, fields: Value) {
        let line = if self.json {
            let mut line = json!({ "event": event, "job": job, "text": text });
            if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
                line.extend(fields);
            }
            line.to_string()
        } else {
            let time = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
            let time = time.get(11..19).unwrap_or_default().to_owned();
            match job {
                Some(job) => format!("{time}  {}  {text}", short(job)),
                None => format!("{time}  {text}"),
            }
        };
        // Nobody may be reading any more; the work goes on.
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

/// Enough of a job's id to tell it from others: `0x12ab34cd`.
fn short(job: B256) -> String {
    job.to_string().chars().take(10).collect()
}
