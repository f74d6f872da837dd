//! Which errors a call can end with: those that its code names, and the code that it calls, as text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::source::snake;

/// What all contracts share.
const SHARED: &str = "contracts/src/contract.rs";
/// What every call can end with: calldata that is no call of the interface, and a payment that is not the one expected.
const ALWAYS: [&str; 2] = ["MalformedCalldata", "WrongPayment"];

/// Bodies of functions by their names.
type Bodies = BTreeMap<String, String>;

/// The errors of a contract in `folder`, each with those of its functions (by their names in Rust) that can end with it.
pub fn calls_by_error(folder: &str, calls: &[String], errors: &[String]) -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut bodies = Bodies::new();
    read(&root.join(SHARED), &mut bodies);
    let sources = fs::read_dir(root.join(folder).join("src")).expect("a contract has sources");
    for source in sources {
        read(&source.expect("readable").path(), &mut bodies);
    }
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for call in calls {
        let mut reached = BTreeSet::new();
        reach(call, &bodies, &mut reached);
        for error in errors {
            if ALWAYS.contains(&error.as_str()) || reached.iter().any(|function| names(&bodies[function], error)) {
                found.entry(error.clone()).or_default().push(call.clone());
            }
        }
    }
    found
}

/// The functions of a source file, each up to the brace that closes it, which stands below where it began.
fn read(path: &Path, bodies: &mut Bodies) {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = &line[..line.len() - line.trim_start().len()];
        let declared = line
            .trim_start()
            .trim_start_matches("pub ")
            .trim_start_matches("pub(crate) ");
        let Some(name) = declared
            .strip_prefix("fn ")
            .and_then(|rest| rest.split(['(', '<']).next())
        else {
            continue;
        };
        // One without a body ends where it began.
        let end = format!("{indent}}}");
        let body: Vec<&str> = if line.ends_with(';') {
            Vec::new()
        } else {
            lines.by_ref().take_while(|line| *line != end).collect()
        };
        bodies.insert(name.to_owned(), body.join("\n"));
    }
}

fn reach(function: &str, bodies: &Bodies, reached: &mut BTreeSet<String>) {
    let Some(body) = bodies.get(function) else { return };
    if !reached.insert(function.to_owned()) {
        return;
    }
    for (at, _) in body.match_indices('(') {
        let text = &body[..at];
        let start = text
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |at| at + 1);
        let (path, name) = text.split_at(start);
        // What belongs to another value is not the contract's.
        if !path.ends_with('.') || path.ends_with("self.") {
            reach(name, bodies, reached);
        }
    }
}

/// Whether a body makes this error, as its interface's or as one that all contracts have.
fn names(body: &str, error: &str) -> bool {
    let shared = snake(error);
    body.contains(&format!("::{error} {{"))
        || ["Failure", "Error"]
            .iter()
            .any(|path| body.contains(&format!("{path}::{shared}")))
}
